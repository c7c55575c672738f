"""Files found, opened, checksummed and written."""
