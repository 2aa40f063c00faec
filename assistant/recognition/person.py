"""Recognising that somebody asks for a person, by what the words of a clause do rather than by which they are.

A request names somebody and a way to them: talk to, transfer me to, I want, can somebody call me. The same words are a near
miss where the request is negated, tells of something else, or asks about the bot or the team itself.
"""

import re
from collections.abc import Callable, Sequence

from assistant.recognition.person_words import Shape, shapes
from assistant.text import FILLERS

MISSED = 0.3
"""The score of words of a request that are none."""


_WISHES = shapes(r"""
    0.95  TALK(?: (?:ABOUT|on|live|in person|face to face))* WITH (?:SOMEONE|TEAM)
    0.85  TALK SOMEONE
    0.85  (?:call|chat|conversation|word|session|discussion|contact|touch) with (?:SOMEONE|TEAM)
    0.85  WANT (?:PERSON|SUPPORT)END
    0.85  WANT ANYONE(?: FROM)? (?:to|who can|that can) HELP
    0.85  (?:WANT |real |actual )(?:some )?(?:human|in person) AID
    0.85  (?:help|assistance|support|answer|reply|response) (?:from|by) PERSON
    0.85  REACH PERSON|CONTACT SOMEONE
    0.7   (?:talk|speak|talking|speaking) (?:to you )?(?:on|over|by|via) (?:the )?(?:phone|telephone)
    0.7   (?:WANT|have|arrange|schedule|book|for) (?:an? |the |to be )+(?:phone )?(?:call(?:ed)? back|called|phone call)
    0.7   who (?:can|could|do|should|may) (?:i|we) (?:(?:need|have) to )?(?:talk|speak|chat|complain) (?:to|with)
    0.7   (?:with|to) an? (?:real|live|actual) (?:PERSON|ANYONE)
    0.7   (?:easier|better|faster|quicker) if i (?:talked|spoke|chatted) (?:to|with) SOMEONE
    0.85  (?:TALK WITH|WANT) (?:whoever|the one)
""")
"""What somebody wants to do; somebody else may want it, or may have done it."""

_ORDERS = shapes(r"""
    0.95  MOVE(?: (?:me|us|him|her|OURS|it|this|that|over|through|on|up|back))* (?:WITH|onto) (?:SOMEONE|TEAM)
    0.85  (?:put|patch|hand|pass|connect|transfer) (?:me|us) (?:through|over)(?=$| (?:now|to|with)\b)
    0.85  (?:connect|transfer|redirect) (?:me|us|my call|the call|this call)$
    0.85  escalate(?: (?:this|it|OURS))*(?=$| (?:to|further|higher|up|now|because)\b)
    0.95  (?:put|get|have) SOMEONE on (?:here|(?:the )?(?:line|phone|chat))
    0.85  GET (?:(?:PERSON|SUPPORT)END|(?:some )?(?:human|live) AID|ANYONE (?:to|who can) HELP)
    0.85  (?:GET|WANT) (?:a )?(?:someone|somebody) (?:real|human)
    0.85  (?:THERE|WANT|GET|of) (?:\w+ )?SOMEONE(?: (?:working|there|here|FROM))* (?:who |that )?(?:i|we) (?:can|could) TALK
    0.85  THERE (?:\w+ )?SOMEONE(?: (?:there|here|available|online|FROM))* (?:(?:who|that) )?(?:can|could|to) HELP\b
    0.7   (?:is|are)(?: not)? there PERSON(?: (?:there|here|available|online|around))*$
    0.7   (?:(?:is|are)|^any) PERSON (?:available|online|around|here|free|there)\b
    0.85  (?:is|are) ANYONE (?:there|here|available|around) (?:to|who can|that can) HELP\b
    0.85  send (?:me|this|OURS) to PERSON
    0.85  ^PERSON (?:can|could|should|might|must|has to|needs to) HELP\b
    0.85  CAN PERSON(?: FROM)?(?: (?:to|can|could))? HELP\b
    0.85  CAN ANYONE(?: FROM)?(?: to)? (?:CALL (?:me|us|back|my)|GETBACK|speak|talk|chat|take over|step in)\b
    0.85  CAN (?:an? )?(?:real|actual|live) ANYONE (?:to )?HELP\b
    0.85  ^ANYONE (?:CALL me|get back to me|(?:talk|speak) to me)
    0.7   (?:call|phone|ring|telephone) me(?: back)?AFTERWARDS
    0.7   (?:give|giving) (?:me|us) a (?:call|ring|buzz)
    0.7   ^(?:a )?call back$
    0.85  ^(?:LEAD )*(?:PERSON|SUPPORT|live chat|(?:human|live) AID)ADDED*$
    0.85  ^(?:LEAD )*PERSON (?:not|no|rather than|over|and not) (?:(?:an?|the|this|your|some|with) )*MACHINE\b
""")
"""What the bot is told to do or asked for."""

_REFUSALS = shapes(r"""
    0.7   (?:not|no more|hate|stop|tired of|sick of|fed up with|done|enough of) SURPLUS*(?!you$)MACHINE$
    0.7   (?:no|not an?|no more|enough|skip the|stop the) (?:(?:stupid|more|the|this|these|your) )*(?!you$)MACHINE$
    0.7   get me (?:off|out of|away from) (?:(?:this|the|your|that|stupid) )*MACHINE\b
""")
"""Whoever refuses machines asks for a person."""

_NEGATED = re.compile(
    r"\b(?:(?:do|does|did|would|will|should|need|could|shall) not|never|no (?:need|reason|point|longer)|without|nobody|"
    r"no one|not|rather (?:not|than)|instead of|other than|hates?|avoid|refuse|stop|tired of) "
    r"(?:(?!(?:i|we|bots?|robots?|machine|let|unless|until|computer|ai|you|me|help|helping|work|working|understand)\b)"
    r"[a-z']+ ){0,5}$|\bno $|\b(?:do|would) not (?:want|need|like) you to (?:\w+ ){0,3}$"
)
_STILL_ASKED = re.compile(r"(?:\bwhy|^|\bif you) (?:can|do|will|would|could|are) not|\b(?:can|could|is|are|may) not\b")
"""A negation that complains that there is no person, or urges: why can I not, if you do not."""

_OF_ANOTHER_TIME = re.compile(
    r"\b(?:when|whenever|while|before|after|since|because|every time|once) (?:i|we|you|they|he|she|people) (?:\w+ )?$|"
    r"\bif (?:i|we|you|they|he|she|people) $|"
    r"\b(?:after|before|while|since|upon|by|keep|kept|was|were|been|enjoys?|likes?|loves?) $|"
    r"\b(?:said|told me|says|suggested|recommend(?:s|ed)?) (?:that )?(?:i|to|we)(?: should| could| must| need to| have to)? $|"
    r"\b(?:you|they|he|she|it|who|which) (?:only |also |ever |often )?(?:said|told|says|asked|advised|mentioned|suggested)\b.*$"
)
_OF_SOMEBODY_ELSE = re.compile(
    r"\b(?:do|did|have|has|had|are|does|will|would|can|could)(?: not)? (?:you|they|he|she|people|customers|users)"
    r"(?: guys| ever| also| often| even| have| employ| use| hire| like to| prefer to| want to| be)* $|"
    r"\b(?:my|his|her|their|our) (?:husband|wife|son|daughter|mother|father|friend|boss|neighbou?r|kid|child|mom|dad) "
    r"(?:\w+ ){0,3}$"
)
_ABOUT_IT = re.compile(
    r"\b(?:how (?:do|can|would) (?:you|i|we) (?:say|spell|translate|write)|translate|meaning of|"
    r"(?:want|like|wish|need) to be(?:come)?|"
    r"how (?:much|many|often)|cost (?:of|to)|price of|difference between|why (?:do|does|did|would|should)|teach me|learn|"
    r"what (?:does|would|is)(?! the \w+ way)|article|manual|movie|film|book|story|game|essay|poem|sentence|joke)\b.*$|"
    r"\b(?:do|did|would|will) (?:i|we) (?:have|need) to $|(?<!how )\b(?:do|did|would) (?:i|we) $|"
    r"\b(?:am|are|was|is) (?:i|we|this|you|that|it) (?:\w+ )?$"
)
_NOT_AN_ORDER = re.compile(
    r"\b(?:did|does|has|had|why|who|which) (?:\w+ ){0,2}$|\byou can $|\b(?:user|travel|estate) $"
)

_WORTH_READING = re.compile(
    r"human|person|people|agent|one\b|body\b|rep|manager|supervis|operator|advis|staff|team|support|service|care|desk|"
    r"sales|bot|machine|\bai\b|computer|call|phone|ring|escalate|me (?:through|over)|boss|superior|speciali|expert|techn|"
    r"employ|colleag|consult|member|assist|transfer|connect|redirect|talk|speak|chat|automated|reach|contact|whoever"
)
"""A look at the words that every shape needs at least one of, for speed."""


def asks_for_person(clauses: Sequence[Sequence[str]]) -> float:
    """How much the message asks for a person: 0 to 1. Its strongest clause counts; a near miss scores MISSED."""
    return max(map(_asked, clauses), default=0.0)


def _asked(words: Sequence[str]) -> float:
    text = " ".join(word for word in words if word not in FILLERS)
    if not _WORTH_READING.search(text):
        return 0.0
    return max(_best(_WISHES, text, _is_no_wish), _best(_ORDERS, text, _is_no_order), _best(_REFUSALS, text, _never))


def _best(known: Sequence[Shape], text: str, near_miss: Callable[[str], bool]) -> float:
    """The surest shape that the text has; what stands before it may make it a near miss."""
    found = ((form.score, match) for form in known for match in form.pattern.finditer(text))
    return max((MISSED if near_miss(text[: match.start()]) else score for score, match in found), default=0.0)


def _never(before: str) -> bool:
    return False


def _is_no_wish(before: str) -> bool:
    """Whether what stands before the words of a wish makes it no wish of the contact's, now."""
    elsewhere = (_OF_ANOTHER_TIME, _OF_SOMEBODY_ELSE, _ABOUT_IT)
    return _taken_back(before) or any(sign.search(before) for sign in elsewhere)


def _is_no_order(before: str) -> bool:
    return _taken_back(before) or bool(_NOT_AN_ORDER.search(before))


def _taken_back(before: str) -> bool:
    return bool(_NEGATED.search(before)) and not _STILL_ASKED.search(before)
