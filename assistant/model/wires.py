"""The two ways of asking a model's server: OpenAI's Responses API, and chat completions, which every such server has.

What comes back is text, or a fault: whether the answer is whole is looked at before it is read. (The library's own `parse`
reads first, and tells an answer that was cut off from a wrong one no more.)
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, NamedTuple

from openai import AsyncOpenAI, omit
from openai.types.chat import ChatCompletion
from openai.types.responses import Response, ResponseFormatTextJSONSchemaConfigParam
from openai.types.shared_params import ResponseFormatJSONSchema

from assistant.model.faults import Mends, ModelFault, refused, unusable

_FILTERED = ": its content filter stopped it"
_CUT_OFF = "was cut off at {} tokens: see HANDOVER_OPENAI_OUTPUT_TOKENS"


class Prompt(NamedTuple):
    """What a model is asked. `schema`: the JSON schema of the form that it fills in; None: it writes plain text."""

    model: str
    instructions: str
    data: str
    tokens: int
    schema: dict[str, Any] | None = None


Wire = Callable[[AsyncOpenAI, Prompt], Awaitable[str]]


async def by_responses(client: AsyncOpenAI, prompt: Prompt) -> str:
    """Ask by the Responses API; the vendor is told to keep nothing. Raises ModelFault and the library's errors."""
    response: Any = await client.responses.create(
        model=prompt.model,
        instructions=prompt.instructions,
        input=prompt.data,
        max_output_tokens=prompt.tokens,
        text={"format": _in_responses(prompt.schema)} if prompt.schema else omit,
        store=False,
    )
    if not isinstance(response, Response):
        raise unusable("is no response")
    if response.error is not None:
        raise _failed(response.error.code)
    _check_whole(response, prompt)
    return _not_empty("".join(_texts(response)))


async def by_chat(client: AsyncOpenAI, prompt: Prompt) -> str:
    """Ask by chat completions. Raises ModelFault and the library's errors.

    `max_tokens` is the limit that servers of one's own keep; some pass over its newer name.
    """
    completion: Any = await client.chat.completions.create(
        model=prompt.model,
        messages=[{"role": "system", "content": prompt.instructions}, {"role": "user", "content": prompt.data}],
        max_tokens=prompt.tokens,
        response_format=_in_chat(prompt.schema) if prompt.schema else omit,
    )
    if not isinstance(completion, ChatCompletion) or not completion.choices:
        raise unusable("is no completion")
    choice = completion.choices[0]
    if choice.message.refusal:
        raise refused()
    if choice.finish_reason == "content_filter":
        raise refused(_FILTERED)
    if choice.finish_reason == "length":
        raise unusable(_CUT_OFF.format(prompt.tokens))
    return _not_empty(choice.message.content)


def _in_responses(schema: dict[str, Any]) -> ResponseFormatTextJSONSchemaConfigParam:
    """The schema as one that the model is held to."""
    return {"type": "json_schema", "name": "form", "strict": True, "schema": schema}


def _in_chat(schema: dict[str, Any]) -> ResponseFormatJSONSchema:
    """The same as chat completions take it."""
    return {"type": "json_schema", "json_schema": {"name": "form", "strict": True, "schema": schema}}


def _failed(code: str) -> ModelFault:
    """The server has taken the request and answers that it could not work on it."""
    if code == "rate_limit_exceeded":
        return ModelFault("the model's server is overloaded, or was asked too often", Mends.waiting)
    if code == "server_error":
        return ModelFault("the model's server failed", Mends.waiting)
    return refused(": its server stopped it")


def _check_whole(response: Response, prompt: Prompt) -> None:
    details = response.incomplete_details
    if details is not None and details.reason == "content_filter":
        raise refused(_FILTERED)
    if details is not None and details.reason == "max_output_tokens":
        raise unusable(_CUT_OFF.format(prompt.tokens))
    if response.status not in (None, "completed"):
        raise unusable("is not complete")


def _texts(response: Response) -> Iterator[str]:
    """What the model says to us; some think aloud in messages of another phase."""
    for item in response.output or []:
        if item.type != "message" or item.phase not in (None, "final_answer"):
            continue
        for part in item.content or []:
            if part.type == "refusal":
                raise refused()
            yield part.text


def _not_empty(text: str | None) -> str:
    if not text or not text.strip():
        raise unusable("is empty")
    return text
