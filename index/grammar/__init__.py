"""The parser, and the grammar read from its trees."""
