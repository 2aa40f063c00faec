"""Notifications and tickets: the systems that staff use beside Handover."""
