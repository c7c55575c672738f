"""Workers that embed: processes, Ray."""
