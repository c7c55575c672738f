"""Cases asked of a scratch index."""
