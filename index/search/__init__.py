"""Vector search and word search."""
