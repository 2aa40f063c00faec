"""Webhooks: what systems outside tell Handover. Each door has a secret of its own, and is closed without it."""
