"""What a model's server answers with, in the shape of either API."""

from typing import Any

FORM: dict[str, Any] = {
    "answer": "A tune-up costs $129.",
    "grounded": True,
    "sources": ["visit-prices.md: How much does a tune-up cost?"],
    "clarifying_question": "",
    "scores": [{"name": "human_requested", "score": 0.1, "matched": ""}],
    "sentiment": 0.2,
    "language": "en",
    "fields": [],
    "helped": None,
    "accepts": None,
}
"""A form as a model fills it in."""


def response(
    model: str, *parts: dict[str, Any], status: str = "completed", reason: str | None = None, error: str | None = None
) -> dict[str, Any]:
    """A response with a message of these parts; a model that thinks puts a reasoning item before it."""
    message: Any = {"type": "message", "id": "msg_1", "role": "assistant", "status": status, "content": list(parts)}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_790_000_000,
        "status": status,
        "error": {"code": error, "message": "secret words of the server"} if error else None,
        "incomplete_details": {"reason": reason} if reason else None,
        "model": model,
        "output": [{"type": "reasoning", "id": "rs_1", "summary": []}, *([message] if parts else [])],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "store": False,
        "usage": {
            "input_tokens": 812,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 190,
            "output_tokens_details": {"reasoning_tokens": 64},
            "total_tokens": 1002,
        },
    }


def said(text: str) -> dict[str, Any]:
    """A part of a response: what the model writes."""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def declined(text: str) -> dict[str, Any]:
    """A part of a response: that it does not want to."""
    return {"type": "refusal", "refusal": text}


def completion(
    model: str, text: str | None, *, refusal: str | None = None, finish_reason: str = "stop"
) -> dict[str, Any]:
    """A chat completion."""
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": refusal, "annotations": []}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}],
        "usage": {"prompt_tokens": 812, "completion_tokens": 190, "total_tokens": 1002},
    }


def problem(message: str, kind: str = "invalid_request_error", code: str | None = None) -> dict[str, Any]:
    """The body of an error. Servers like to repeat what they were sent."""
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}
