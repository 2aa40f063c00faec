"""Recognising that somebody asks for a person, by what the words of a clause do rather than by which they are.

A request names somebody and a way to them: talk to, transfer me to, I want, can somebody call me. The same words are a near
miss where the request is negated, tells of something else, or asks about the bot or the team itself.
"""

import re

from assistant.lexicon import FILLERS
from assistant.person_words import shape

MISSED = 0.3
"""The score of words of a request that are none."""

_CERTAIN, _SURE, _LIKELY = 0.95, 0.85, 0.7

_WISHES = (
    (shape(r"TALK(?: (?:about|over|through|on|in person|live|face to face|it|this|that|(?:my|the) \w+))* WITH (?:SOMEONE|TEAM)"), _CERTAIN),
    (shape(r"TALK SOMEONE"), _SURE),
    (shape(r"(?:call|chat|conversation|word|session|discussion|contact|touch) with (?:SOMEONE|TEAM)"), _SURE),
    (shape(r"(?:WANT )(?:PERSON|SUPPORT)END"), _SURE),
    (shape(r"WANT ANYONE(?: (?:from|in|at|on) (?:the |your )?\w+(?: team| department)?)? (?:to|who can|that can) HELP"), _SURE),
    (shape(r"WANT (?:a )?(?:someone|somebody) (?:real|human)"), _SURE),
    (shape(r"(?:WANT |real |actual |get )(?:some )?(?:human|in person) (?:help|assistance|support|interaction|contact|intervention|attention)"), _SURE),
    (shape(r"(?:help|assistance|support|answer|reply|response) (?:from|by) PERSON"), _SURE),
    (shape(r"REACH PERSON"), _SURE),
    (shape(r"CONTACT SOMEONE"), _SURE),
    (shape(r"(?:talk|speak|talking|speaking) (?:to you )?(?:on|over|by|via) (?:the )?(?:phone|telephone)"), _LIKELY),
    (shape(r"(?:want|need|request|like|have|arrange|schedule|book|expect|for) (?:an? |the |to be )+(?:phone )?(?:call back|called back|called|phone call)"), _LIKELY),
    (shape(r"(?:is|are) there (?:\w+ )?SOMEONE(?: (?:there|here|available|online|around|free|at \w+|from \w+))* (?:who|that|to|i|we|can|could|for|with)\b"), _SURE),
    (shape(r"(?:is|are) there PERSON(?: (?:there|here|available|online|around))*$"), _LIKELY),
    (shape(r"(?:is|are) PERSON (?:available|online|around|here|free|there)\b|^any PERSON (?:available|online|around|here|there)"), _LIKELY),
    (shape(r"who (?:can|could|do|should|may) (?:i|we) (?:talk|speak|chat|complain) (?:to|with)"), _LIKELY),
    (shape(r"PERSON (?:not|no|instead of|rather than|over|and not) (?:(?:an?|the|this|your|some|with) )*MACHINE\b"), _SURE),
)
"""What somebody wants to do; somebody else may want it, or may have done it."""

_ORDERS = (
    (shape(r"MOVE(?: (?:me|us|him|her|it|this|that|OURS|over|through|on|up|back|directly|across))* (?:WITH|onto) (?:SOMEONE|TEAM)"), _CERTAIN),
    (shape(r"(?:put|get|have) SOMEONE on (?:the )?(?:line|phone|chat)"), _CERTAIN),
    (shape(r"(?:put|patch|hand|pass|connect|transfer) (?:me|us) (?:through|over)(?=$| (?:now|to|with)\b)"), _SURE),
    (shape(r"(?:connect|transfer|redirect) (?:me|us|my call|the call|this call)$"), _SURE),
    (shape(r"escalate(?: (?:this|it|OURS))*(?=$| (?:to|further|higher|up|now|because)\b)"), _SURE),
    (shape(r"CAN PERSON(?: (?:on|from|in|at) (?:the |your )?\w+)?(?: (?:to|can|could))? HELP\b"), _SURE),
    (shape(r"CAN ANYONE(?: (?:from|in|at) (?:the |your )?\w+(?: team| department)?)?(?: to)? (?:CALL (?:me|us|back|my)|get (?:back|in touch)|give (?:me|us) a|speak|talk|chat|take over|step in)\b"), _SURE),
    (shape(r"CAN (?:a |an )?(?:real|actual|live) ANYONE (?:to )?HELP\b"), _SURE),
    (shape(r"^ANYONE (?:CALL me|get back to me|(?:talk|speak) to me)"), _SURE),
    (shape(r"(?:call|phone|ring|telephone) me(?: back)?(?=$| (?:back|now|later|when|about|regarding|to|this|in|after|before|tomorrow|on the phone|and|so|at my|for)\b)"), _LIKELY),
    (shape(r"(?:give|giving) (?:me|us) a (?:call|ring|phone call|buzz)|^(?:a )?call back$"), _LIKELY),
    (shape(r"^(?:(?:yes|hey|ask|again|to|with|for|problems? (?:with|to)) )*(?:PERSON|SUPPORT|live chat|human (?:help|support|assistance)|a real one|a consultant|a specialist)(?: (?:now|here|to help|needed|required|wanted|for me|over))*$"), _SURE),
    (shape(r"(?:not|no more|hate|stop|tired of|sick of|fed up with|done|enough of|no longer) (?:(?:want|like|wish|going|be|to|wanting|with|of) )*(?:(?:TALK|help|interested|wasting my time|this|these|have|use) )*(?:(?:to|with|from|in|an?|the|this|your|any|some|stupid|dumb|useless|these|another|more) )*(?!you$)MACHINE$"), _LIKELY),
    (shape(r"(?:no|not an?|no more|enough|skip the|stop the) (?:(?:stupid|dumb|more|the|this|these|your) )*(?!you$)MACHINE$"), _LIKELY),
)  # fmt: skip
"""What the bot is told to do. A mere refusal of machines is one too."""

_NEGATED = re.compile(
    r"\b(?:(?:do|does|did|would|will|should|need|could|shall) not|never|no (?:need|reason|point|longer)|without|nobody|no one|"
    r"not|rather not|instead of|rather than|other than|hates?|avoid|refuse|stop|tired of) "
    r"(?:(?!(?:i|we|bots?|robots?|machine|let|unless|until|computer|ai|you|me|help|helping|work|working|understand)\b)[a-z']+ ){0,5}$"
    r"|\bno $|\b(?:do|would) not (?:want|need|like) you to (?:\w+ ){0,3}$"
)
_STILL_ASKED = re.compile(r"(?:\bwhy|^|\bif you) (?:can|do|will|would|could|are) not|\b(?:can|could|is|are|may) not\b")
"""A negation that complains that there is no person, or urges: why can I not, if you do not."""

_OF_ANOTHER_TIME = re.compile(
    r"\b(?:when|whenever|while|before|after|since|because|every time|once|if) (?:i|we|you|they|he|she|people) (?:\w+ )?$|"
    r"\b(?:after|before|while|since|upon|by|keep|kept|was|were|been|enjoys?|likes?|loves?) $|"
    r"\b(?:said|told me|says|suggested|recommend(?:s|ed)?) (?:that )?(?:i|to|we)(?: should| could| must| need to| have to)? $|"
    r"\b(?:you|they|he|she|it|who|which) (?:only |also |ever |often )?(?:said|told|says|asked|advised|mentioned|suggested)\b.*$"
)
_OF_SOMEBODY_ELSE = re.compile(
    r"\b(?:do|did|have|has|had|are|does|will|would|can|could)(?: not)? (?:you|they|he|she|people|customers|users)"
    r"(?: guys| ever| also| often| even| have| employ| use| hire| like to| prefer to| want to| be)* $|"
    r"\b(?:my|his|her|their|our) (?:husband|wife|son|daughter|mother|father|friend|boss|neighbou?r|dog|cat|kid|child|mom|dad) (?:\w+ ){0,3}$"
)
_ABOUT_IT = re.compile(
    r"\b(?:how (?:do|can|would) (?:you|i|we) (?:say|spell|translate|write)|translate|meaning of|(?:want|like|wish|need) to be(?:come)?|"
    r"how (?:much|many|often)|cost (?:of|to)|price of|difference between|why (?:do|does|did|would|should)|teach me|learn|"
    r"what (?:does|would|is)|article|manual|movie|film|book|story|game|essay|poem|sentence|joke)\b.*$|"
    r"\b(?:do|did|would|will) (?:i|we) (?:have|need) to $|\b(?:do|did|would) (?:i|we) $|\b(?:am|are|was|is) (?:i|we|this|you|that|it) (?:\w+ )?$"
)
_NOT_AN_ORDER = re.compile(r"\b(?:did|does|do|has|had|why|who|when|how|which) (?:\w+ ){0,2}$|\byou can $|\b(?:user|travel|estate) $")

_WORTH_READING = re.compile(
    r"human|person|people|agent|one\b|body\b|rep|manager|supervis|operator|advis|staff|team|support|service|care|desk|sales|"
    r"bot|machine|\bai\b|computer|call|phone|ring|escalate|me (?:through|over)|boss|superior|speciali|expert|techn|employ|colleag|"
    r"consult|member|assist|transfer|connect|redirect|talk|speak|chat|automated|reach|contact"
)


def asks_for_person(clauses: list[list[str]]) -> float:
    """How much the message asks for a person: 0 to 1. Its strongest clause counts; a near miss scores MISSED."""
    return max(map(_asked, clauses), default=0.0)


def _asked(words: list[str]) -> float:
    text = " ".join(word for word in words if word not in FILLERS)
    if not _WORTH_READING.search(text):
        return 0.0
    wishes = (_judged(score, _is_no_wish(text[: found.start()])) for form, score in _WISHES for found in form.finditer(text))
    orders = (_judged(score, _is_no_order(text[: found.start()])) for form, score in _ORDERS for found in form.finditer(text))
    return max((*wishes, *orders), default=0.0)


def _judged(score: float, near_miss: bool) -> float:
    return MISSED if near_miss else score


def _is_no_wish(before: str) -> bool:
    """Whether what stands before the words of a wish makes it no wish of the contact's, now."""
    elsewhere = (_OF_ANOTHER_TIME, _OF_SOMEBODY_ELSE, _ABOUT_IT)
    return _taken_back(before) or any(sign.search(before) for sign in elsewhere)


def _is_no_order(before: str) -> bool:
    return _taken_back(before) or bool(_NOT_AN_ORDER.search(before))


def _taken_back(before: str) -> bool:
    return bool(_NEGATED.search(before)) and not _STILL_ASKED.search(before)
