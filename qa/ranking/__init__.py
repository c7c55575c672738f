"""Passages and sentences ranked for a question."""
