"""An assistant on any server that speaks OpenAI's API: its own Responses API, or chat completions."""

import asyncio
import math
from collections.abc import Sequence

import openai
from openai import AsyncOpenAI
from pydantic import ValidationError

from assistant.builtin import BuiltinAssistant
from assistant.guardrails import facts_from, vouched
from assistant.model import (
    Form,
    Limits,
    Prompt,
    by_chat,
    by_responses,
    case_data,
    fault_of,
    persistently,
    read_instructions,
    summary_instructions,
    turn_data,
    unusable,
)
from handover.bot import Bot
from handover.casefile import Case
from handover.ports import Line, Question
from handover.turns import Facts

LONGEST_SUMMARY_SECONDS = 10.0
"""A task waits for its summary, and the activity that creates it has 20 seconds: the built-in summary must still fit in."""

_LONGEST_FORM = 50_000
"""Characters. What is longer is no form that was filled in, and could be too much for a workflow's history."""

_CONNECT_SECONDS, _CHECK_SECONDS = 5.0, 10.0


class OpenAIAssistant:
    """Reads a turn by a language model. Raises nothing: what goes wrong is `Facts.unavailable`, in words.

    base_url: None is OpenAI's own. model: for bots that name none themselves. use_responses: False for servers that have
    chat completions only.
    """

    def __init__(
        self,
        api_key: str,
        base_url: str | None,
        model: str,
        limits: Limits | None = None,
        use_responses: bool = True,
    ) -> None:
        # The limits are kept here, where all tries are seen; only a connection that never comes about is noticed earlier.
        timeout = openai.Timeout(None, connect=_CONNECT_SECONDS)
        self._client = AsyncOpenAI(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0)
        self._model = model
        self._limits = limits or Limits()
        self._wire = by_responses if use_responses else by_chat
        self._builtin = BuiltinAssistant()

    async def read(self, question: Question) -> Facts:
        """The facts about one turn. A request for a person is recognised even while the model is unavailable."""
        own = await self._builtin.read(question)
        instructions = read_instructions(question.bot)
        prompt = self._prompt(question.bot, instructions, turn_data(question), form=True)
        try:
            form = await persistently(lambda: self._filled_in(prompt), self._limits)
            return facts_from(form, own, question, instructions)
        except Exception as error:
            return Facts(scores=own.scores, fields=own.fields, unavailable=str(fault_of(error)))

    async def summarise(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        """The model's summary as far as the conversation vouches for it; the built-in one where there is none in time."""
        prompt = self._prompt(bot, summary_instructions(bot), case_data(case, transcript), form=False)
        limits = self._limits._replace(seconds=min(self._limits.seconds, LONGEST_SUMMARY_SECONDS))
        try:
            text = await persistently(lambda: self._wire(self._client, prompt), limits)
        except Exception:
            text = ""
        return vouched(text, bot, case, transcript) or await self._builtin.summarise(bot, case, transcript)

    async def trouble(self) -> str:
        """What is wrong with the key, the address or the model's name, in words; empty where nothing is known to be.

        A server that lists no models says nothing about the name.
        """
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                found: object = await self._client.models.retrieve(self._model)
        except TimeoutError:
            return f"the model's server did not answer within {_CHECK_SECONDS:g} seconds: see OPENAI_BASE_URL"
        except openai.NotFoundError as error:
            return str(fault_of(error)) if error.code == "model_not_found" else ""
        except Exception as error:
            return str(fault_of(error))
        no_api = "what answers at OPENAI_BASE_URL is not this API; most addresses end in /v1"
        return no_api if isinstance(found, str) else ""

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.close()

    def _prompt(self, bot: Bot, instructions: str, data: str, *, form: bool) -> Prompt:
        schema = Form.model_json_schema() if form else None
        return Prompt(bot.model or self._model, instructions, data, self._limits.output_tokens, schema)

    async def _filled_in(self, prompt: Prompt) -> Form:
        text = await self._wire(self._client, prompt)
        if len(text) > _LONGEST_FORM:
            raise unusable("is too long")
        try:
            form = Form.model_validate_json(text)
        except ValidationError as error:
            no_json = any(one["type"] == "json_invalid" for one in error.errors(include_input=False))
            raise unusable("is no JSON" if no_json else "does not fit the form") from None
        if not all(map(math.isfinite, (form.sentiment, *(one.score for one in form.scores)))):
            raise unusable("does not fit the form")
        return form
