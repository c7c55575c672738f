"""Formats: files that are not plain text turned into the texts of articles, and the places of those texts."""
