"""Why a text message was refused or did not arrive, in words for staff. The numbers: https://www.twilio.com/docs/api/errors"""

from typing import Literal

OPTED_OUT_WORDS = "The contact wants no more text messages (STOP); they can have them again by texting START"

_WORDS = {
    21211: "This is no phone number; look whether it is complete, with its country code",
    21265: "Short codes get no text messages",
    21266: "The contact's number is our own",
    21408: "Twilio may not send to this country yet; an admin can allow it in the Twilio Console, under Geo permissions",
    21602: "The message has no text",
    21608: "Twilio's trial accounts send only to numbers that were verified in the Twilio Console",
    21610: OPTED_OUT_WORDS,
    21612: "No way leads from our number to the contact's",
    21614: "This number gets no text messages; it may be a landline",
    21635: "This number is a landline and gets no text messages",
    30003: "The contact's phone is switched off or out of reach",
    30004: "The contact's phone or network blocks the message",
    30005: "The contact's number is unknown or no longer in use",
    30006: "The contact's number is a landline, or its network takes no text messages",
    30007: "The contact's network has filtered the message as unwanted",
    30008: "The contact's network does not say why",
    30032: "Our toll-free number is not verified yet; an admin can do that in the Twilio Console",
    30034: "Our number is not registered for business messages in the USA; an admin can do that in the Twilio Console",
}

_SETTINGS = {
    20003: "HANDOVER_TWILIO_ACCOUNT_SID or HANDOVER_TWILIO_AUTH_TOKEN is wrong, or Twilio has closed the account",
    20005: "Twilio has closed the account of HANDOVER_TWILIO_ACCOUNT_SID",
    20404: "HANDOVER_TWILIO_ACCOUNT_SID or HANDOVER_TWILIO_API_URL is wrong",
    21212: "HANDOVER_TWILIO_FROM is no number of this account",
    21603: "HANDOVER_TWILIO_FROM is missing",
    21606: "our number, or HANDOVER_TWILIO_FROM, is none from which this account can send text messages",
    21609: "HANDOVER_PUBLIC_URL is no address that Twilio can call",
    21659: "our number, or HANDOVER_TWILIO_FROM, is no Twilio number of this country",
    21660: "our number, or HANDOVER_TWILIO_FROM, belongs to another Twilio account",
    21661: "our number, or HANDOVER_TWILIO_FROM, can't send text messages",
    21701: "HANDOVER_TWILIO_FROM is no Messaging Service of this account",
    21703: "the Messaging Service of HANDOVER_TWILIO_FROM has no number to send from",
    30002: "Twilio has suspended the account",
}
"""What an admin can mend, so that trying again helps."""


def settings_fault(code: int | None) -> str:
    """What is wrong with our own settings; empty where it is something else."""
    return _SETTINGS.get(code or 0, "")


def why(code: int | None, does: Literal["refuses", "could not deliver"], said: str = "") -> str:
    """Why one message did not arrive. `said`: Twilio's own words, shown where the number is none that is known here."""
    known = _WORDS.get(code or 0) or _SETTINGS.get(code or 0)
    if known:
        return f"{known} (Twilio {code})"
    more = f": {' '.join(said.split())[:200]}" if said.strip() else ""
    look_up = f" (https://www.twilio.com/docs/api/errors/{code})" if code else " and does not say why"
    return f"Twilio {does} the message{more}{look_up}"
