"""The page in the browser: its parts, their templates and scripts."""
