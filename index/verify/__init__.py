"""Checks that an index is sound."""
