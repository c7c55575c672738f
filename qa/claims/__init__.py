"""Claims of the sources, laid side by side."""
