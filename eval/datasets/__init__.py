"""Cases, and loaders for public formats."""
