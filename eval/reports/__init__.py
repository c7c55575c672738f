"""A report on a run: record, table, comparison, HTML page."""
