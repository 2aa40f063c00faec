"""When it happens: the conversation and the handover as Temporal workflows. What is decided lives in handover/."""
