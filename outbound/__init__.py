"""Requests to addresses that somebody else has chosen."""

from outbound.addresses import AddressRefused, check_address
from outbound.post import Answer, Unreached, post_outside

__all__ = ["AddressRefused", "Answer", "Unreached", "check_address", "post_outside"]
