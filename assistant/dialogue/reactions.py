"""How the contact reacts: to the bot's last answer, to an offer, or by a mere courtesy."""

import re

from rapidfuzz import fuzz

from assistant.text import any_of, clauses

_GREETINGS = """
    hi+ hello+ hey+ good_(?:morning|afternoon|evening|day) greetings howdy yo hiya there team all everyone bot
    how_are_you(?:_doing)?(?:_today)? nice_to_meet_you
"""
_COURTESIES = """
    thanks? thank_you many a_lot lots so_much very_much much appreciated cheers bye goodbye see_you
    have_a_(?:nice|good|great)_(?:day|one|evening|weekend) you_to too ok okay alright all_right fine i_see got_it
    understood great good nice cool perfect wonderful awesome excellent lovely for_(?:your|the)_(?:help|time|info)
    for_now that_is_all that_is_it nothing_else no yes hm+ right sure very kind of_you
"""
_GREETING = re.compile(rf"(?:{any_of(_GREETINGS)}(?: |$))+")
_COURTESY = re.compile(rf"(?:{any_of(_COURTESIES + _GREETINGS)}(?: |$))+")

_WORKED = any_of("worked works helps helped fixed solved did_it did_the_trick answers answered resolved")
_ACCEPTED = re.compile(
    rf"\b(?:(?:that|this|it|which|you)(?: (?:really|has|have|all|totally|actually))? {_WORKED}|"
    + any_of("""
        (?:is|was)_(?:very_|really_|so_|super_)?(?:helpful|useful) (?:works|working|fixed|solved|resolved|running)_(?:now|again)
        problem_(?:is_)?(?:solved|fixed|gone) very_helpful exactly_what_i_(?:needed|wanted|was_looking_for)
        that_is_(?:what|all)_i_(?:needed|wanted) that_is_(?:great|perfect|good_to_know|clear|right|correct|it)
        (?:great|perfect|awesome|excellent|wonderful|brilliant|fantastic)(?=$|_(?:thanks?|that|it|answer|info|help))
        makes_sense good_to_know clears_it_up
    """)
    + r")\b"
)
_FAILS = any_of("""
    help(?:ed|ing|ful)? work(?:ed|ing)? answer(?:ed|ing)? solved? fixe?d? what_i right correct true useful understand
    get_(?:it|me|what) listen(?:ing)? make_(?:any_)?sense the_answer an_answer enough it change good_enough
""")
_REJECTED = re.compile(
    r"\b(?:(?<!how )(?<!why )(?:did|does|do|is|was|has|have|are|were|would|will|can) not "
    rf"(?:really |even |actually |at all )?{_FAILS}|not {_FAILS}|"
    + any_of("""
        (?:that|this|it|you|answer)_(?:is|are)_(?:wrong|incorrect|useless|nonsense|no_help|not|of_no_use)
        still_(?:not|no|the_same|broken|nothing|have|does|shows?|getting|see) no_help makes_no_sense wrong_answer useless
        already_(?:tried|did|done|told|said|asked|read|know) tried_(?:that|this|it)_already you_keep
        you_already_(?:said|told) same_(?:answer|thing|problem|error) misunderst(?:ood|and) no_(?:that|it|you|this)
        nonsense nothing_(?:changed|happened|works|helped) stop_repeating asked_(?:you_)?something_else
        that_is_not i_said no_use not_it
    """)
    + r")\b"
)
_YES = re.compile(
    "^(?:please )?"
    + any_of("""
        yes yeah yep yup yea ya sure ok okay of_course absolutely definitely please go_ahead do_(?:it|that) fine alright
        all_right why_not that_would_be_(?:great|good|nice|helpful|perfect|lovely) sounds_good
        i_would_(?:like|love|appreciate)_that perfect great good_idea by_all_means certainly gladly indeed correct i_do y
    """)
    + r"\b"
)
_NO = re.compile(
    "^(?:please )?"
    + any_of("""
        no nope nah not_(?:now|yet|necessary|needed|really) never do_not (?:i_would_)?rather_not i_do_not there_is_no_need
        later maybe_later leave_it never_mind nevermind forget_it negative it_is_fine i_am_(?:fine|good|ok) n
    """)
    + r"\b"
)
_REPEATED = 88


def only_greets(text: str) -> bool:
    """Whether the message is a greeting and nothing else."""
    return _GREETING.fullmatch(_line(text)) is not None


def only_courtesy(text: str) -> bool:
    """Whether the message is thanks, a goodbye or an OK (perhaps with a greeting) and nothing else."""
    return _COURTESY.fullmatch(_line(text)) is not None


def helped(text: str, previous: str) -> bool | None:
    """Whether the contact accepts (True) or rejects (False) the bot's last answer; None says neither.

    previous: what the contact wrote before that answer: asking the same again is a rejection.
    """
    read = _lines(text)
    if any(_REJECTED.search(line) for line in read) or _same_question(text, previous):
        return False
    return True if any(_ACCEPTED.search(line) for line in read) else None


def accepts(text: str) -> bool | None:
    """The answer to an offer: yes, no, or neither."""
    line = _line(text)
    if _NO.search(line):
        return False
    return True if _YES.search(line) else None


def _line(text: str) -> str:
    return " ".join(_lines(text))


def _lines(text: str) -> list[str]:
    return [" ".join(clause) for clause in clauses(text)]


def _same_question(text: str, previous: str) -> bool:
    long_enough = len(text.split()) >= 3
    return long_enough and fuzz.token_sort_ratio(text.lower(), previous.lower()) >= _REPEATED
