"""An index in a folder: generations made of segments."""
