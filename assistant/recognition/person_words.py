"""Word classes of requests for a person, as pieces of regular expressions."""

import re
from typing import NamedTuple

from assistant.text import any_of

_FRAME = (
    "(?:"
    + any_of("""
    an? the any some your another one_of_your one_of_the this other no_bot_a
    my_(?:account|case|personal|own) my_(?=rep|advis)
    real live actual human living breathing proper competent qualified different senior customer client service
    support care help desk sales technical tech billing call center phone chat online available free nice company
    store account local duty shift floor team relations success non automated right responsible experienced trained
    genuine legit normal physical in house office branch case front better smart smarter friendly honest own virtual
    first assistance product line operations area district regional general warranty finance returns
""")
    + " )*"
)
"""What may stand before somebody: which one, and of what kind."""

_NOBODY = (
    "(?! "
    + any_of("""
    's pages? sites? website numbers? ids? codes? keys? email hours fees? strings? headers? versions? software errors?
    rights like readable orange names? commissions? portal app tool login accounts? training jobs? positions? roles?
    interviews? salary salaries hair body documentation docs forum link address form plans? contracts? policy policies
    levels? tiers? licen[sc]es? ratings? reviews? count per of_interest counter sensor
""")
    + r"\b)\b"
)
"""What must not follow: it would make the person a part of something else, such as an agent fee."""

_STRICT = any_of("""
    humans?(?:_beings?)? persons? representatives? reps? operators? agents? managers? supervisors? advis[eo]rs? boss
    superiors? members?_of_(?:the_|your_)?(?:team|staff) team_members? staff_members? staff people
""")
_ALSO = any_of("""
    consultants? specialists? experts? technicians? employees? colleagues? assistants? attendants? receptionists?
    individuals? workers? guys? executives? associates? professionals? counsellors? owner dispatchers? engineers? lady
    salesperson salesman clerk leader lead director head
""")
_ANYONE = any_of("someone somebody anyone anybody")
_DEPARTMENT = any_of("""
    support services? care help_desk sales dispatch assistance billing reception front_desk call_center live_chat team
    department crew complaints? accounts management head_office
""")
_FOREIGN = any_of(
    "user estate travel insurance secret letting cleaning husband friend bot robot than with of to from and or"
)

CLASSES = {
    "PERSON": f"(?:{_FRAME}{_STRICT}(?: else)?{_NOBODY})",
    "ANYONE": f"(?:{_FRAME}{_ANYONE}(?: (?:else|real|human))*{_NOBODY})",
    "SOMEONE": (
        f"(?:{_FRAME}(?:{_STRICT}|{_ALSO}|{_ANYONE})(?: (?:else|real))?{_NOBODY}|"
        rf"(?:an?|the|your|one of your) (?:(?!{_FOREIGN}\b)[a-z]+ ){{1,3}}(?:{_STRICT}|{_ALSO}){_NOBODY})"
    ),
    "TEAM": f"(?:{_FRAME}{_DEPARTMENT}(?: (?:team|department|dept|desk|center|staff|people|line))?{_NOBODY})",
    "SUPPORT": r"(?:(?:customer|client|live|human|tech|technical|real) (?:support|service|care|help|chat|assistance)"
    rf"(?: (?:team|department|desk))?{_NOBODY})",
    "TALK": any_of("talk speak chat talking speaking chatting converse communicate deal dealing interact discuss"),
    "WITH": any_of("to too with w at 2 directly_to directly_with"),
    "MOVE": any_of("""
        connect transfer forward redirect put patch pass hand route refer direct switch escalate link hook move raise
        assign take bring connected transferred escalated redirected forwarded switched directed referred transferring
        connecting redirecting forwarding get
    """),
    "WANT": any_of("""
        wants? needs? would_like prefer demand requires? bring_in summon requesting request looking_for let_me_(?:have|see)
        (?:want|like)_to_have (?:can|could|may)_i_(?:have|get) can_we_(?:have|get) (?:want|need|like)_to_get involve
        rather_(?:have|see) ask_for asking_for how_(?:do|can)_i_get how_to_get
    """),
    "LEAD": any_of("yes hey ask again to with for problems?_with"),
    "GET": any_of("(?:get|give|find|bring|fetch|gimme)_(?:me|us)"),
    "REACH": any_of("""
        reach contact call phone ring find message email text get see consult contacting reaching calling get_to
        get_through_to get_(?:a_)?hold_of get_ahold_of get(?:ting)?_in_touch_with getting_(?:hold_of|through_to)
        be_in_(?:touch|contact)_with hear_from work_with (?:helped|assisted|served|attended|answered)_by reach_out_to
    """),
    "CONTACT": any_of("reach contact get_through_to get_(?:a_)?hold_of get_in_touch_with hear_from in_contact_with"),
    "CALL": any_of("call phone ring contact text email message reach telephone buzz"),
    "HELP": any_of("""
        call phone ring contact text email message reach help talk assist take_over take_a_look answer respond reply
        speak look get_back step_in join explain chat handle deal review get_in_touch attend jump_in take_care sort
        resolve be_in_touch give_me intervene
    """),
    "OURS": r"(?:(?:my|our|this|the|a) )?(?:call|chat|conversation|case|ticket|issue|request|matter|problem|complaint)",
    "ABOUT": r"(?:about|over|through|it|this|that|(?:my|the) \w+)",
    "FROM": r"(?:from|in|at|on) (?:the |your )?\w+(?: team| department)?",
    "AID": any_of("help assistance support interaction contact intervention attention service"),
    "GETBACK": any_of("get_(?:back|in_touch) give_(?:me|us)_a"),
    "THERE": r"(?:(?:is|are)(?: not)? there|do you have|have you got)",
    "ADDED": "(?: " + any_of("now here to_help needed required wanted for_me over") + ")",
    "AFTERWARDS": r"(?=$| "
    + any_of("back now later when about regarding to this in after before tomorrow on_the_phone and so at_my for")
    + r"\b)",
    "SURPLUS": "(?:"
    + any_of("""
        want like wish going be to wanting with of from in an? the this these your any some stupid dumb useless another
        more have use make_me help interested wasting_my_time talk talking speak speaking chat chatting deal dealing
    """)
    + " )",
    "CAN": any_of("can could will would may have let get ask tell make need want like"),
    "MACHINE": any_of("""
        bots? robots? machines? ai a_i computers? chatbots? automated_(?:system|service|assistant|responses?|messages?)
        artificial_intelligence virtual_assistants? software algorithms? programs? recordings? you chat_?gpt
    """),
    "END": "(?=$| "
    + any_of("""
        now to who whom that for on with from at in not right here i because and as about or rather then this help
        helping regarding over if since so when than already you can available my the it is will get we no next before
        involved assistance
    """)
    + r"\b)",
}  # fmt: skip
"""By the names that shapes in person.py use."""


class Shape(NamedTuple):
    """A form that requests have, and how sure a request in this form is (0 to 1)."""

    score: float
    pattern: re.Pattern[str]


def shapes(table: str) -> tuple[Shape, ...]:
    """Read a table with a score and a form on each line; words in capitals stand for their classes."""
    rows = (line.split(maxsplit=1) for line in table.strip().splitlines())
    return tuple(Shape(float(score), _pattern(form)) for score, form in rows)


def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + re.sub(r"[A-Z]{3,}", lambda name: CLASSES[name[0]], form) + ")")
