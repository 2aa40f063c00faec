"""Sends letters to members of Slack with buttons, by an app's bot token: apprise, which sends all others, has none.

https://docs.slack.dev/reference/methods/chat.postMessage. The token is in no error.
"""

import json
import re
from collections.abc import Mapping

from pydantic import SecretStr

from handover.addresses import is_member
from handover.errors import TryAgain, Undeliverable
from handover.slack import API, Block, Message, buttons, escaped, section
from handover.staff import NotifyChannel
from integrations.letters import About, Letter, brief_of
from integrations.notifier import Sender
from outbound import AddressRefused, Answer, Unreached, object_in, post_outside
from settings import AppSettings

MOST_CASES = 5
"""How many cases one message shows: what Slack sends us when a button is pressed holds all of it."""

LONGEST_CASE = 1200
"""Characters said of one case, markup included: all blocks of a message together may have some 13,000, which Slack documents
nowhere (https://github.com/slackapi/bolt-js/issues/2509)."""

NOBODY_THERE = frozenset({"channel_not_found", "user_not_found", "user_disabled", "is_archived", "cannot_dm_bot"})
"""The member id leads to nobody who can be written to."""
NOT_LIKE_THIS = frozenset(
    {
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
    }
)
OURS = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "invalid_auth",
        "messages_tab_disabled",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "restricted_action",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
"""What whoever runs Handover can put right, while it is tried again."""


class SlackSender:
    """The port Sender for Slack. `others`: by whom those are told who have a webhook of their own. `api_url`: Slack's, or that
    of a stand-in, which may be on this machine."""

    def __init__(self, token: SecretStr, others: Sender, api_url: str = API) -> None:
        self._token = token
        self._others = others
        self._api_url = api_url

    async def send(self, address: str, letter: Letter) -> None:
        """Send one letter. Raises Undeliverable, TryAgain, and what `others` raises."""
        member = address.strip()
        if is_member(member):
            await self._post(message(member, letter))
        else:
            await self._others.send(address, letter)

    async def _post(self, said: Message) -> None:
        headers = {
            "authorization": f"Bearer {self._token.get_secret_value()}",
            "content-type": "application/json; charset=utf-8",
        }
        url, content = f"{self._api_url}/api/chat.postMessage", json.dumps(said).encode()
        try:
            answer = await post_outside(url, content, headers, allow_private=self._api_url != API)
        except (AddressRefused, Unreached) as error:
            raise TryAgain(f"Slack: {error}") from error
        check(answer)


def with_buttons(senders: Mapping[NotifyChannel, Sender], settings: AppSettings) -> Mapping[NotifyChannel, Sender]:
    """The same, and Slack's members get buttons, where Slack can tell us that one was pressed."""
    url, secret = settings.slack_url, settings.slack_signing_secret
    if not url or not secret or not secret.get_secret_value():
        return senders
    token = SecretStr(url.get_secret_value().removeprefix("slack://").rstrip("/"))
    return {**senders, "slack": SlackSender(token, senders["slack"], settings.slack_api_url)}


def message(member: str, letter: Letter) -> Message:
    """A letter as `chat.postMessage` takes it: its words, with each case's buttons below what is said of it. `text` is what
    notifications and screen readers have of it."""
    return {
        "channel": member,
        "text": escaped(f"{letter.subject}\n{letter.brief}"),
        "blocks": [section(f"*{escaped(letter.subject, 1000)}*"), *_cases(letter)],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _cases(letter: Letter) -> list[Block]:
    blocks = [block for one in letter.about[:MOST_CASES] for block in _case(one)]
    more = len(letter.about) - MOST_CASES
    if more > 0:
        where = f" <{escaped(letter.more_at)}|All of them>" if letter.more_at else ""
        blocks.append(section(f"… and {more} more cases.{where}"))
    return blocks


def _case(about: About) -> list[Block]:
    said = section(escaped(brief_of(about), LONGEST_CASE))
    return [said, *buttons(about.handover, about.link, claim=bool(about.claim))]


def check(answer: Answer) -> None:
    """Raises what an answer means that takes nothing: Slack says 200 to what it refuses as well."""
    if answer.status == 429:
        raise TryAgain("Slack has had too many messages from us (429)", answer.after)
    if answer.status != 200:
        raise TryAgain(f"Slack answered {answer.status}")
    said = object_in(answer.body)
    if said.get("ok") is True:
        return
    raise _refusal(str(said.get("error")), answer)


def _refusal(error: str, answer: Answer) -> Exception:
    name = error if re.fullmatch(r"[a-z_]{1,60}", error) else "without saying why"
    if name in NOBODY_THERE:
        return Undeliverable(f"Slack knows nobody by this member id who can be written to ({name})")
    if name in NOT_LIKE_THIS:
        return Undeliverable(f"Slack refuses this message ({name})")
    if name in OURS:
        return TryAgain(f"Slack refuses our app: look at HANDOVER_SLACK_URL and the app's scope chat:write ({name})")
    return TryAgain(f"Slack did not take it ({name})", answer.after)
