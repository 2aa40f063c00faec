"""An assistant on any server that speaks OpenAI's API: its own Responses API, or chat completions."""

from collections.abc import Sequence

import openai
from openai import AsyncOpenAI
from pydantic import ValidationError

from assistant.builtin import BuiltinAssistant
from assistant.form import Form, facts_from
from assistant.prompt import case_data, read_instructions, summary_instructions, turn_data
from assistant.summary import LONGEST
from handover.bot import Bot
from handover.casefile import Case
from handover.ports import Line, Question
from handover.turns import Facts
from handover.wording import shortened


class _Unusable(Exception):
    """The server answered, but with nothing to work with; the text says what."""


class OpenAIAssistant:
    """Reads a turn by a language model. Raises nothing: what goes wrong is `Facts.unavailable`, in words.

    timeout: seconds for one try. max_retries: further tries after a 429, a 5xx, a timeout or a broken connection.
    use_responses: False for servers that have chat completions only.
    """

    def __init__(
        self,
        api_key: str,
        base_url: str | None,
        model: str,
        timeout: float = 20.0,
        use_responses: bool = True,
        max_retries: int = 2,
    ) -> None:
        self._client = AsyncOpenAI(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=max_retries)
        self._model = model
        self._use_responses = use_responses
        self._timeout = timeout
        self._builtin = BuiltinAssistant()

    async def read(self, question: Question) -> Facts:
        """The facts about one turn. A request for a person is recognised even while the model is unavailable."""
        own = await self._builtin.read(question)
        instructions = read_instructions(question.bot)
        try:
            form = await self._filled_in(instructions, turn_data(question))
        except Exception as error:
            return Facts(scores=own.scores, fields=own.fields, unavailable=self._in_words(error))
        return facts_from(form, own, question, instructions)

    async def summarise(self, bot: Bot, case: Case, transcript: Sequence[Line]) -> str:
        """The model's summary in at most 800 characters; the built-in one where the model gives none."""
        try:
            text = await self._written(summary_instructions(bot), case_data(case, transcript))
        except Exception:
            text = ""
        return shortened(text, LONGEST) or await self._builtin.summarise(bot, case, transcript)

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.close()

    async def _filled_in(self, instructions: str, data: str) -> Form:
        return await (self._by_responses if self._use_responses else self._by_chat)(instructions, data)

    async def _by_responses(self, instructions: str, data: str) -> Form:
        response = await self._client.responses.parse(
            model=self._model, instructions=instructions, input=data, text_format=Form, store=False
        )
        for item in response.output:
            for part in item.content if item.type == "message" else []:
                if part.type == "refusal":
                    raise _Unusable("the model refused to answer")
        if response.output_parsed is None:
            raise _Unusable(f"the model's answer was unusable: it is {response.status or 'empty'}")
        return response.output_parsed

    async def _by_chat(self, instructions: str, data: str) -> Form:
        completion = await self._client.chat.completions.parse(
            model=self._model,
            messages=[{"role": "system", "content": instructions}, {"role": "user", "content": data}],
            response_format=Form,
        )
        message = completion.choices[0].message
        if message.refusal:
            raise _Unusable("the model refused to answer")
        if message.parsed is None:
            raise _Unusable("the model's answer was unusable: it is empty")
        return message.parsed

    async def _written(self, instructions: str, data: str) -> str:
        if self._use_responses:
            response = await self._client.responses.create(
                model=self._model, instructions=instructions, input=data, store=False
            )
            return response.output_text
        completion = await self._client.chat.completions.create(
            model=self._model,
            messages=[{"role": "system", "content": instructions}, {"role": "user", "content": data}],
        )
        return completion.choices[0].message.content or ""

    def _in_words(self, error: Exception) -> str:
        """What went wrong, for the evidence and for operators. Never the server's own text: it may repeat the prompt."""
        match error:
            case _Unusable():
                return str(error)
            case openai.APITimeoutError():
                return f"the model did not answer within {self._timeout:g} seconds"
            case openai.APIConnectionError():
                return "the model's server can't be reached"
            case openai.RateLimitError():
                return "the model's server is overloaded or over its quota (429)"
            case openai.InternalServerError():
                return f"the model's server failed ({error.status_code})"
            case openai.APIStatusError():
                return f"the model's server refused the request ({error.status_code})"
            case openai.ContentFilterFinishReasonError():
                return "the model refused to answer: its content filter stopped it"
            case openai.LengthFinishReasonError():
                return "the model's answer was unusable: it was cut off"
            case ValidationError():
                return "the model's answer was unusable: it does not fit the form"
            case _:
                return f"the model's answer was unusable: {type(error).__name__}"
