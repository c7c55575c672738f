"""Benchmarks of size."""
