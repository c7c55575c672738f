"""Quote, Answer and QuotedTable, and making them."""
