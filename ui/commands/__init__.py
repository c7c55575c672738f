"""The commands of `qa`: their arguments, their work and their output."""
