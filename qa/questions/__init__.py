"""Questions read: follow-ups, spelling, scope."""
