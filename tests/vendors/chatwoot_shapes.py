"""What Chatwoot shows of its things: by app/models (`webhook_data`, `push_event_data`) and the presenter of conversations."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

ACCOUNT = 3
INBOX = {"id": 11, "name": "Website"}
BOT = {"id": 5, "name": "Handover", "type": "agent_bot"}
KINDS = {"incoming": 0, "outgoing": 1, "activity": 2, "template": 3}

Json = dict[str, Any]


@dataclass
class Agent:
    id: int
    name: str
    email: str

    @property
    def webhook_data(self) -> Json:
        return {"id": self.id, "name": self.name, "email": self.email, "type": "user"}

    @property
    def push_data(self) -> Json:
        """What pages are told: no email."""
        return {"id": self.id, "name": self.name, "available_name": self.name, "avatar_url": "", "type": "user"}


@dataclass
class Customer:
    id: int
    name: str
    email: str | None = None
    phone_number: str | None = None

    @property
    def webhook_data(self) -> Json:
        known = {"id": self.id, "name": self.name, "email": self.email, "phone_number": self.phone_number}
        return known | {"account": {"id": ACCOUNT, "name": "Northwind"}, "identifier": None, "custom_attributes": {}}

    @property
    def push_data(self) -> Json:
        return self.webhook_data | {"type": "contact", "thumbnail": ""}


@dataclass
class Said:
    """One message. `sender`: an agent, a customer or the bot."""

    id: int
    kind: str
    content: str | None
    sender: Agent | Customer | None
    private: bool = False
    attributes: Json = field(default_factory=dict)
    attachments: list[Json] = field(default_factory=list)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def push_data(self) -> Json:
        return {
            "id": self.id,
            "content": self.content,
            "account_id": ACCOUNT,
            "message_type": KINDS[self.kind],
            "private": self.private,
            "content_attributes": self.attributes,
            "created_at": int(self.at.timestamp()),
            "source_id": None,
            "sender": self.sender.push_data if self.sender else BOT,
        }

    def webhook_data(self, talk: "Talk") -> Json:
        data = {
            "account": {"id": ACCOUNT, "name": "Northwind"},
            "additional_attributes": {},
            "content_attributes": self.attributes,
            "content_type": "text",
            "content": self.content,
            "conversation": talk.push_data,
            "created_at": self.at.isoformat(),
            "id": self.id,
            "inbox": INBOX,
            "message_type": self.kind,
            "private": self.private,
            "sender": self.sender.webhook_data if self.sender else BOT,
            "source_id": None,
        }
        return data | ({"attachments": self.attachments} if self.attachments else {})


@dataclass
class Talk:
    """One conversation. `changed`: when its status was."""

    id: int
    customer: Customer
    status: str = "pending"
    assignee: Agent | None = None
    labels: list[str] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    changed: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def push_data(self) -> Json:
        """As in webhooks: the account is named in the last message alone."""
        chat = [one for one in self.said if not one.private]
        return {
            "id": self.id,
            "inbox_id": INBOX["id"],
            "channel": "Channel::WebWidget",
            "can_reply": True,
            "labels": list(self.labels),
            "status": self.status,
            "messages": [chat[-1].push_data] if chat else [],
            "meta": {
                "sender": self.customer.push_data,
                "assignee": self.assignee.push_data if self.assignee else None,
                "team": None,
                "hmac_verified": False,
            },
            "custom_attributes": {},
            "updated_at": self.changed.timestamp(),
        }

    @property
    def shown(self) -> Json:
        """As the API shows it."""
        last = [self.said[-1].push_data] if self.said else []
        return self.push_data | {
            "account_id": ACCOUNT,
            "messages": last,
            "last_non_activity_message": last[0] if last else None,
        }
