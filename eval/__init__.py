"""Measuring: the project's own questions, how often they are answered rightly, and how fast."""
