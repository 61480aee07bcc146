"""Websites: a polite crawl in a process of its own, and the rows that come of it."""
