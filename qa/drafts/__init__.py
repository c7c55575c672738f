"""A draft checked against the articles: its quotations found, and what follows each of them."""
