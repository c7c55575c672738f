"""Wording, tables and Markdown for every screen."""
