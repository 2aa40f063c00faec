"""Asking a language model: what it is told, the form it fills in, by which API, and how often again (docs/models.md)."""

from assistant.model.faults import fault_of, unusable
from assistant.model.form import Form
from assistant.model.prompt import case_data, chosen, read_instructions, summary_instructions, turn_data
from assistant.model.tries import Limits, persistently
from assistant.model.wires import Prompt, by_chat, by_responses

__all__ = [
    "Form",
    "Limits",
    "Prompt",
    "by_chat",
    "by_responses",
    "case_data",
    "chosen",
    "fault_of",
    "persistently",
    "read_instructions",
    "summary_instructions",
    "turn_data",
    "unusable",
]
