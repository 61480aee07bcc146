"""Git repositories: what changed, what to fetch, which files are documentation, whose licence."""
