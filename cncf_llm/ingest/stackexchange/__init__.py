"""Stack Overflow: the API, the public data dump, and a mirror's files, all to threads."""
