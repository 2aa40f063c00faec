"""The form that a language model fills in about a turn."""

from pydantic import BaseModel, ConfigDict


class _Closed(BaseModel):
    """A part of the form: nothing may be added and nothing left out."""

    model_config = ConfigDict(extra="forbid")


class ScenarioScore(_Closed):
    name: str
    score: float
    matched: str


class FieldValue(_Closed):
    name: str
    value: str


class Form(_Closed):
    """A turn as a model sees it. See the instructions in prompt.py for what each part means."""

    answer: str
    grounded: bool | None
    sources: list[str]
    clarifying_question: str
    scores: list[ScenarioScore]
    sentiment: float
    language: str
    fields: list[FieldValue]
    helped: bool | None
    accepts: bool | None
