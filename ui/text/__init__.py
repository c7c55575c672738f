"""Words, tables and Markdown for every screen."""
