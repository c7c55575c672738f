"""The ways in for a person: the command line and the page."""
