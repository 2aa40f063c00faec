"""The embedded Temporal server, and the processes that make a whole Handover on one machine."""
