"""What counts of a language model's output, and what of it may be said (docs/injection.md)."""

from assistant.guardrails.claims import vouched
from assistant.guardrails.facts import facts_from

__all__ = ["facts_from", "vouched"]
