"""Quotes, answers and tables of claims, and making them."""
