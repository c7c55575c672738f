"""Invented events, told in small articles."""
