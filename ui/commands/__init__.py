"""The work of single commands, their arguments and output."""
