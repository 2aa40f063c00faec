"""A link by which one person claims one case without signing in: who, which case and until when, signed."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from itsdangerous import BadSignature, URLSafeSerializer

from handover.errors import NotFound
from handover.ids import HandoverId, parse_handover_id

LASTS = timedelta(hours=24)
"""How long a link is good for."""
LONGEST_TOKEN = 600


class ClaimLink(NamedTuple):
    """What a link allows, and nothing else: this person claims this case."""

    handover: HandoverId
    staff_id: str
    until: datetime

    def is_over(self, now: datetime) -> bool:
        return now >= self.until


def claim_token(secret: str, handover: HandoverId, staff_id: str, now: datetime) -> str:
    """The signed part of a link that is good for LASTS from now on."""
    until = int((now + LASTS).timestamp())
    return str(_signer(secret).dumps([str(handover), staff_id, until]))


def read_claim_token(secret: str, token: str) -> ClaimLink | None:
    """What a token allows, its time over or not; None where it is not one of ours."""
    try:
        handover, staff_id, until = _signer(secret).loads(token)
        return ClaimLink(parse_handover_id(handover), staff_id, datetime.fromtimestamp(until, UTC))
    except (BadSignature, NotFound, ValueError, TypeError):
        return None


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="claim link")
