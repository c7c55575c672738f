"""Speakers, and who is meant by a name."""
