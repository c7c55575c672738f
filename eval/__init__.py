"""Measurements: right answers, right claims, speed and size."""
