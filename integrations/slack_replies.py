"""Answers to whoever has pressed a button in Slack, by the address that came with the press.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses. The address is a permission: it is in no
error.
"""

import json

from handover.errors import TryAgain, Undeliverable
from handover.slack import HOOKS, Message, is_response_url
from outbound import AddressRefused, Unreached, post_outside


class SlackReplies:
    """The port ButtonReplies. `hooks`: where all such addresses begin; a stand-in's may be on this machine."""

    def __init__(self, hooks: str = HOOKS) -> None:
        self._hooks = hooks

    async def reply(self, response_url: str, message: Message) -> None:
        if not is_response_url(response_url, self._hooks):
            raise Undeliverable("this is no address of Slack's")
        headers, content = {"content-type": "application/json; charset=utf-8"}, json.dumps(message).encode()
        try:
            answer = await post_outside(response_url, content, headers, allow_private=self._hooks != HOOKS)
        except AddressRefused as error:
            raise Undeliverable(str(error)) from error
        except Unreached as error:
            raise TryAgain(str(error)) from error
        if answer.status == 429 or answer.status >= 500:
            raise TryAgain(f"Slack answered {answer.status}", answer.after)
        if answer.status != 200:
            raise Undeliverable(f"Slack answered {answer.status}")
