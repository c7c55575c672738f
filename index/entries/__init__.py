"""Entries: what an index keeps of an article, in SQLite."""
