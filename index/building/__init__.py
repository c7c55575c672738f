"""Building: from files to a new generation."""
