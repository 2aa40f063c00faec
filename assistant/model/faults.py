"""What can go wrong between us and a model's server: told apart by what mends it, and said in words of our own.

The server's words are never passed on: they may repeat the prompt, the key, or what the contact wrote.
"""

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto

import openai


class Mends(Enum):
    """What may help: `nothing`; `waiting`, where a server is down, overloaded or out of reach; `asking_again`, where it has
    answered with something of no use."""

    nothing = auto()
    waiting = auto()
    asking_again = auto()


class ModelFault(Exception):
    """Why there is no answer; the text is for the evidence and for operators.

    wait: how many seconds the server asks to wait before the next try; None where it does not say.
    """

    def __init__(self, text: str, mends: Mends = Mends.nothing, wait: float | None = None) -> None:
        super().__init__(text)
        self.mends = mends
        self.wait = wait


def unusable(what: str) -> ModelFault:
    """The server has answered, but with nothing to work with."""
    return ModelFault(f"the model's answer was unusable: it {what}", Mends.asking_again)


def refused(why: str = "") -> ModelFault:
    """The model does not want to answer, or may not: the same question would be refused again."""
    return ModelFault(f"the model refused to answer{why}")


def too_slow(seconds: float) -> ModelFault:
    """A try, or all of them together, took longer than they may."""
    return ModelFault(f"the model did not answer within {seconds:g} seconds", Mends.waiting)


def fault_of(error: Exception) -> ModelFault:
    """What an error of the client library means."""
    match error:
        case ModelFault():
            return error
        case openai.APIConnectionError():
            return _connection_fault(error)
        case openai.APIStatusError():
            return _status_fault(error)
        case _:
            return unusable("is none that this API gives")


def _connection_fault(error: openai.APIConnectionError) -> ModelFault:
    """The library wraps what its HTTP client raised; only that one knows whether there ever was a connection."""
    never_there = isinstance(error, openai.APITimeoutError) or type(error.__cause__).__name__ == "ConnectError"
    what = "can't be reached: see OPENAI_BASE_URL" if never_there else "broke the connection off"
    return ModelFault(f"the model's server {what}", Mends.waiting)


def _status_fault(error: openai.APIStatusError) -> ModelFault:
    wait = _asked_to_wait(error)
    match error.status_code:
        case 429 if error.code == "insufficient_quota":
            return ModelFault("the account at the model's server has used up its quota (429)")
        case 429:
            return ModelFault("the model's server is overloaded, or was asked too often (429)", Mends.waiting, wait)
        case 408 | 409 as status:
            return ModelFault(f"the model's server was not ready ({status})", Mends.waiting, wait)
        case status if status >= 500:
            return ModelFault(f"the model's server failed ({status})", Mends.waiting, wait)
        case 401 | 403 as status:
            return ModelFault(f"the model's server refused the key ({status}): see OPENAI_API_KEY")
        case 404 if error.code == "model_not_found":
            return ModelFault(
                "the model's server has no such model (404): see HANDOVER_OPENAI_MODEL, and the bot's model"
            )
        case 404 | 405 as status:
            where = "OPENAI_BASE_URL, HANDOVER_OPENAI_RESPONSES, and the model's name"
            return ModelFault(f"the model's server has nothing at this address ({status}): see {where}")
        case status:
            return ModelFault(f"the model's server refused the request ({status})")


def _asked_to_wait(error: openai.APIStatusError) -> float | None:
    """Seconds, from the headers: milliseconds, seconds, or a date."""
    headers = error.response.headers
    in_milliseconds = _number(headers.get("retry-after-ms"))
    if in_milliseconds is not None:
        return in_milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    return seconds if seconds is not None or text is None else _seconds_until(text)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _seconds_until(date: str) -> float | None:
    try:
        at = parsedate_to_datetime(date)
    except ValueError:
        return None
    return max(0.0, (at.astimezone(UTC) - datetime.now(UTC)).total_seconds())
