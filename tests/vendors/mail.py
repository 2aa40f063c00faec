"""A mail server as others run it: SMTP on loopback, with a password, that takes mails as RFC 5321 and 5322 have them."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from engine.stack import free_port

USER, PASSWORD = "handover", "p@ss/w0rd!"
SENDER = "handover@example.org"
_ONCE = ("From", "To", "Subject", "Date", "Message-ID")
"""What a mail has exactly once (RFC 5322, section 3.6; the Message-ID is asked for by most servers)."""


class Mail(NamedTuple):
    """A mail as it was taken: from whom and to whom by the envelope, and what it says."""

    sender: str
    to: list[str]
    message: EmailMessage

    def part(self, kind: str) -> str:
        """The plain or the HTML part."""
        part = self.message.get_body((kind,))
        assert part is not None, f"the mail has no {kind} part"
        content: str = part.get_content()
        return content.replace("\r\n", "\n")


class MailServer:
    """What aiosmtpd asks while a mail comes in. `answer`: what it says instead of taking one, such as `451 Try again later`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[Mail] = []
        self.faults: list[str] = []
        self.answer = ""

    @classmethod
    @contextmanager
    def running(cls) -> Iterator["MailServer"]:
        server = cls(free_port())
        controller = Controller(
            server,
            hostname="127.0.0.1",
            port=server.port,
            authenticator=server.authenticate,
            auth_required=True,
            auth_require_tls=False,
        )
        controller.start()
        try:
            yield server
        finally:
            controller.stop()
        assert server.faults == []

    @property
    def url(self) -> str:
        """As HANDOVER_MAIL_URL has it."""
        return f"mailto://{USER}:p%40ss%2Fw0rd%21@127.0.0.1:{self.port}?from={SENDER}&name=Handover"

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails if mail.to == [address]]

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        knows = isinstance(data, LoginPassword) and data == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=knows, handled=False)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.endswith("@unknown.example.org"):
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answer:
            return self.answer
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        message = message_from_bytes(raw, policy=policy.default)
        self.faults += _faults(raw, message, envelope)
        self.mails.append(Mail(envelope.mail_from or "", list(envelope.rcpt_tos), message))
        return "250 OK"


def _faults(raw: bytes, message: EmailMessage, envelope: Envelope) -> list[str]:
    """What a careful server refuses."""
    faults = [f"{name} {len(message.get_all(name, []))} times" for name in _ONCE if len(message.get_all(name, [])) != 1]
    if envelope.mail_from != SENDER:
        faults.append(f"the envelope is from {envelope.mail_from}")
    if [one.strip("<>") for one in message.get_all("To", [])] != envelope.rcpt_tos:
        faults.append(f"to {envelope.rcpt_tos}, and says {message.get_all('To')}")
    if max(map(len, raw.splitlines()), default=0) > 998:
        faults.append("a line is longer than 998 bytes")
    return faults + [str(defect) for part in message.walk() for defect in part.defects]
