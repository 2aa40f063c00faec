"""What Handover decides: pure and deterministic. No clock, no I/O, no randomness; the time is passed in."""
