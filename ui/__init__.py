"""The doors a person comes in by."""
