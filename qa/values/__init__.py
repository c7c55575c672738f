"""Numbers, units, days and events in a sentence."""
