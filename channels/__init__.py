"""To and from the contact."""
