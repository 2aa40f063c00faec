"""Requests to addresses that somebody else has chosen, and answers that somebody else has written."""

from outbound.addresses import AddressRefused, check_address
from outbound.bodies import body_within
from outbound.post import Answer, Unreached, post_outside

__all__ = ["AddressRefused", "Answer", "Unreached", "body_within", "check_address", "post_outside"]
