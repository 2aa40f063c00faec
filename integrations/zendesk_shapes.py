"""What Zendesk's API shows, as far as tickets need it, and how it refuses."""

from typing import NamedTuple

from pydantic import BaseModel

from handover.errors import TryAgain, Undeliverable


class ZendeskTicket(BaseModel):
    """A ticket as the API shows it. status: new, open, pending, hold, solved or closed."""

    id: int
    status: str
    tags: list[str] = []
    assignee_id: int | None = None


class ZendeskUser(BaseModel):
    """A person there. role: end-user, agent or admin."""

    id: int
    name: str = ""
    email: str | None = None
    role: str = "end-user"

    @property
    def is_staff(self) -> bool:
        return self.role in ("agent", "admin")


class ZendeskComment(BaseModel):
    """A comment. plain_body: its text without formatting, which older ones have not."""

    id: int
    author_id: int
    body: str = ""
    plain_body: str | None = None
    public: bool = True

    @property
    def text(self) -> str:
        return (self.plain_body if self.plain_body is not None else self.body).strip()


class Comments(NamedTuple):
    """A ticket's comments, oldest first, and who wrote them, by their ids."""

    comments: list[ZendeskComment]
    users: dict[int, ZendeskUser]


class RefusedByZendesk(Undeliverable):
    """A request that Zendesk will never take. status: 400, 410, 413 or 422; kind: its name for what is wrong."""

    def __init__(self, status: int, kind: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.kind = kind


class NotThere(TryAgain):
    """Zendesk knows no such thing (404): the address is wrong, or it was deleted."""
