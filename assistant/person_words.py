"""Word classes of requests for a person, as pieces of regular expressions. `_` joins the words of one expression."""

import re


def _any(text: str) -> str:
    return "(?:" + "|".join(word.replace("_", " ") for word in text.split()) + ")"


_FRAME = "(?:" + _any("""
    an? the any some your another one_of_your one_of_the this other no_bot_a my
    real live actual human living breathing proper competent qualified different senior customer client service
    support care help desk sales technical tech billing call center phone chat online available free nice company
    store account local duty shift floor team relations success non automated right responsible experienced trained
    genuine legit normal physical in house office branch case front better smart smarter friendly honest own virtual
    first assistance product line operations area district regional general warranty finance returns
""") + " )*"
"""What may stand before somebody: which one, and of what kind."""

_NOBODY = "(?! " + _any("""
    's pages? sites? website numbers? ids? codes? keys? email hours fees? strings? headers? versions? software errors?
    rights like readable orange names? commissions? portal app tool login accounts? training jobs? positions? roles?
    interviews? salary salaries hair body documentation docs forum link address form plans? contracts? policy policies
    levels? tiers? licen[sc]es? ratings? reviews? count per of_interest counter sensor
""") + r"\b)\b"
"""What must not follow: it would make the person a part of something else, such as an agent fee."""

_STRICT = _any("""
    humans?(?:_beings?)? persons? representatives? reps? operators? agents? managers? supervisors? advis[eo]rs? boss
    superiors? members?_of_(?:the_|your_)?(?:team|staff) team_members? staff_members? staff people
""")
_ALSO = _any("""
    consultants? specialists? experts? technicians? employees? colleagues? assistants? attendants? receptionists?
    individuals? workers? guys? executives? associates? professionals? counsellors? owner dispatchers? engineers? lady
    salesperson salesman clerk leader lead director head
""")
_ANYONE = _any("someone somebody anyone anybody")
_FOREIGN = _any("user estate travel insurance secret letting cleaning husband friend")

CLASSES = {
    "PERSON": f"(?:{_FRAME}{_STRICT}(?: else)?{_NOBODY})",
    "ANYONE": f"(?:{_FRAME}{_ANYONE}(?: (?:else|real|human))*{_NOBODY})",
    "SOMEONE": (
        f"(?:{_FRAME}(?:{_STRICT}|{_ALSO}|{_ANYONE})(?: (?:else|real))?{_NOBODY}|"
        rf"(?:an?|the|your|one of your) (?:(?!{_FOREIGN}\b)[a-z]+ ){{1,3}}(?:{_STRICT}|{_ALSO}){_NOBODY})"
    ),
    "TEAM": (
        f"(?:{_FRAME}"
        + _any("support services? care help_desk sales dispatch assistance billing reception front_desk call_center")[:-1]
        + "|live chat|team|department|crew|complaints?|accounts|management|head office)"
        + f"(?: (?:team|department|dept|desk|center|staff|people|line))?{_NOBODY})"
    ),
    "SUPPORT": r"(?:(?:customer|client|live|human|tech|technical|real) (?:support|service|care|help|chat|assistance)"
    rf"(?: (?:team|department|desk))?{_NOBODY})",
    "TALK": _any("talk speak chat talking speaking chatting converse communicate deal dealing interact discuss"),
    "WITH": _any("to with w at 2 directly_to directly_with"),
    "MOVE": _any("""
        connect transfer forward redirect put patch pass hand route refer direct switch escalate link hook move raise
        assign take bring connected transferred escalated redirected forwarded switched directed referred transferring
    """),
    "WANT": _any("""
        wants? needs? get_me get_us give_me give_us would_like prefer demand requires? find_me bring_me bring_in fetch
        summon requesting request looking_for let_me_have let_me_see want_to_have like_to_have (?:can|could|may)_i_have
        (?:can|could)_i_get can_we_have can_we_get rather_have (?:want|need|like)_to_get involve ask_for asking_for
        how_(?:do|can)_i_get how_to_get rather_see
    """),
    "REACH": _any("""
        reach contact call phone ring find message email text get see consult contacting reaching calling get_to
        get_through_to get_(?:a_)?hold_of get_ahold_of get(?:ting)?_in_touch_with getting_(?:hold_of|through_to)
        be_in_(?:touch|contact)_with hear_from work_with (?:helped|assisted|served|attended|answered)_by reach_out_to
    """),
    "CONTACT": _any("reach contact get_through_to get_(?:a_)?hold_of get_ahold_of get_in_touch_with hear_from in_contact_with"),
    "CALL": _any("call phone ring contact text email message reach telephone buzz"),
    "HELP": _any("""
        call phone ring contact text email message reach help talk assist take_over take_a_look answer respond reply
        speak look get_back step_in join explain chat handle deal review get_in_touch attend jump_in take_care sort
        resolve be_in_touch give_me intervene
    """),
    "OURS": r"(?:(?:my|our|this|the|a) )?(?:call|chat|conversation|case|ticket|issue|request|matter|problem|question|complaint)",
    "CAN": _any("can could will would may have let get ask tell make need want like"),
    "MACHINE": _any("""
        bots? robots? machines? ai a_i computers? chatbots? automated_(?:system|service|assistant|responses?|messages?)
        artificial_intelligence virtual_assistants? software algorithms? programs? recordings? you chat_?gpt
    """),
    "END": "(?=$| "
    + _any("""
        now to who whom that for on with from at in not right here i because and as about or rather then this help
        helping regarding over if since so when than already you can available my the it is will get we no next before
        involved assistance
    """)
    + r"\b)",
}  # fmt: skip
"""By the names that shapes in person.py use."""


def shape(text: str) -> re.Pattern[str]:
    """A pattern in which words in capitals stand for their classes."""
    return re.compile(r"\b(?:" + re.sub(r"[A-Z]{3,}", lambda name: CLASSES[name[0]], text) + ")")
