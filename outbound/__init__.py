"""Requests to addresses that somebody else has chosen, and answers that somebody else has written."""

from outbound.addresses import AddressRefused, check_address
from outbound.answers import body_within, object_in, pause_asked
from outbound.get import Known, NotThere, TooLarge, get_outside, origin_of
from outbound.post import Answer, post_outside
from outbound.reach import LookUp, Unreached, system_look_up

__all__ = [
    "AddressRefused",
    "Answer",
    "Known",
    "LookUp",
    "NotThere",
    "TooLarge",
    "Unreached",
    "body_within",
    "check_address",
    "get_outside",
    "object_in",
    "origin_of",
    "pause_asked",
    "post_outside",
    "system_look_up",
]
