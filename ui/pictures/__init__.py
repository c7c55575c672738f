"""Pictures of an answer, from its record alone: each point leads to its quote, and a table has the same values."""
