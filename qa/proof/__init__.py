"""Proof of a saved answer against the files as they are now."""
