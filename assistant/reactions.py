"""How the contact reacts: to the bot's last answer, to an offer, or by a mere courtesy."""

import re

from rapidfuzz import fuzz

from assistant.text import clauses

_GREETING = re.compile(
    r"(?:hi+|hello+|hey+|good (?:morning|afternoon|evening|day)|greetings|howdy|yo|hiya|there|team|all|everyone|bot|"
    r"how are you(?: doing)?(?: today)?|nice to meet you)"
)
_COURTESY = re.compile(
    r"(?:thanks|thank you|thank|many|a lot|lots|so much|very much|much|appreciated|cheers|bye|goodbye|see you|"
    r"have a (?:nice|good|great) (?:day|one|evening|weekend)|you to|too|ok|okay|alright|all right|fine|i see|got it|understood|"
    r"great|good|nice|cool|perfect|wonderful|awesome|excellent|lovely|for (?:your|the) (?:help|time|info|information)|"
    r"for now|that is all|that is it|nothing else|no|yes|hm+|right|sure|very|kind|of you)"
)
_ACCEPTED = re.compile(
    r"\b(?:(?:that|this|it|which|you)(?: (?:really|has|have|all|totally|actually))? (?:worked|works|helps|helped|fixed|solved|did it|did the trick|"
    r"answers|answered|resolved)|(?:is|was) (?:very |really |so |super )?(?:helpful|useful)|(?:works|working|fixed|solved|resolved|running) (?:now|again)|"
    r"problem (?:is )?(?:solved|fixed|gone)|very helpful|exactly what i (?:needed|wanted|was looking for)|"
    r"that is (?:what|all) i (?:needed|wanted)|that is (?:great|perfect|good to know|clear|right|correct|it)|"
    r"(?:great|perfect|awesome|excellent|wonderful|brilliant|fantastic)\b(?=$| (?:thanks?|thank|that|it|answer|info|help))|"
    r"helpful thanks?|makes sense|good to know|that clears it up|glad that worked)\b"
)
_REJECTED = re.compile(
    r"\b(?:(?:did|does|do|is|was|has|have|are|were|would|will|can) not (?:really |even |actually |at all )?"
    r"(?:help|helped|helping|helpful|work|worked|working|answer|answered|answering|solve|solved|fix|fixed|what i|right|correct|"
    r"true|useful|understand|get (?:it|me|what)|listen|listening|make (?:any )?sense|the answer|an answer|enough|it|change)|"
    r"not (?:what i|helpful|helping|working|true|right|correct|useful|an answer|the answer|good enough|solved|fixed)|"
    r"(?:that|this|it|you|answer) (?:is|are) (?:wrong|incorrect|useless|nonsense|no help|not|of no use)|still (?:not|no|the same|broken|nothing|"
    r"have|does|shows?|getting|see)|no help|makes no sense|wrong answer|useless|already (?:tried|did|done|told|said|asked|read|know)|"
    r"tried (?:that|this|it) already|you (?:keep|already) (?:saying|repeating|said|told)|same (?:answer|thing|problem|error)|misunderst(?:ood|and)|"
    r"no (?:that|it|you|this)|nonsense|nothing (?:changed|happened|works|helped)|stop repeating|asked (?:you )?something else|"
    r"that is not|i said|of no use|no use|not it)\b"
)
_YES = re.compile(
    r"^(?:please )?(?:yes|yeah|yep|yup|ya|sure|ok|okay|of course|absolutely|definitely|please|go ahead|do it|do that|fine|alright|all right|"
    r"why not|that would be (?:great|good|nice|helpful|perfect|lovely)|sounds good|i would (?:like|love|appreciate) that|perfect|great|"
    r"good idea|by all means|certainly|gladly|indeed|correct|i do|y|yea|ja|si|oui)\b"
)
_NO = re.compile(
    r"^(?:please )?(?:no|nope|nah|not now|not yet|not necessary|not needed|not really|no thanks|never|do not|rather not|i would rather not|"
    r"i do not|there is no need|later|maybe later|leave it|never mind|nevermind|forget it|n|negative|it is fine|i am (?:fine|good|ok)|nein|non)\b"
)
_REPEATED = 88


def only_greets(text: str) -> bool:
    """Whether the message is a greeting and nothing else."""
    return _nothing_but(_GREETING, text)


def only_courtesy(text: str) -> bool:
    """Whether the message is thanks, a goodbye or an OK (perhaps with a greeting) and nothing else."""
    return _nothing_but(re.compile(f"{_COURTESY.pattern}|{_GREETING.pattern}"), text)


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
    line = " ".join(_lines(text))
    if _NO.search(line):
        return False
    return True if _YES.search(line) else None


def _lines(text: str) -> list[str]:
    return [" ".join(clause) for clause in clauses(text)]


def _same_question(text: str, previous: str) -> bool:
    long_enough = len(text.split()) >= 3
    return long_enough and fuzz.token_sort_ratio(text.lower(), previous.lower()) >= _REPEATED


def _nothing_but(courtesy: re.Pattern[str], text: str) -> bool:
    line = " ".join(_lines(text))
    return bool(line) and re.fullmatch(rf"(?:(?:{courtesy.pattern})(?: |$))+", line) is not None
