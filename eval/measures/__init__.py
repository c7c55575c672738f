"""Measures, their intervals and their calibration."""
