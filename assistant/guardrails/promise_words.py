"""How a promise of a person sounds in English: shapes of words, made of the classes below. Upper case names a class."""

import re

from assistant.text import any_of

_CLASSES = {
    "STAFF": any_of("""
        agents? teams? colleagues? co-workers? representatives? reps? specialists? technicians? managers? members? staff
        experts? operators? advis[eo]rs? supervisors? persons? people humans?(?:_beings?)? engineers? dispatchers?
        consultants? boss employees? plumbers? electricians? installers? support sales department office crew owner
        folks
        (?:customer|client)_(?:service|care) (?:service|help|front)_desk dispatch
    """),
    "FROM": r"(?: (?:of|from|in|at) (?:the |our |your )?[\w-]+(?: team| desk| department)?)?",
    "OURS": "(?:an?|the|our|my|your|one of (?:our|my|the)|another|some|real|live)",
    "WILL": "(?:will|shall|gonna|(?:is|are|am)(?: \\w+)? (?:going|about|due|scheduled|set|ready) to|"
    "(?:plans?|intends?|wants?) to)",
    "STEPS": r"(?:(?!not\b|never\b|no\b)[\w-]+ ){0,4}",
    "REACH": any_of("""
        (?:call|phone|ring|contact|e-?mail|message|text|write(?:_to)?|reach(?:_out_to)?|join|meet|visit|ping|assist|notify)_you
        (?:follow_up|be_in_touch|get_in_touch|check_in|connect|speak|talk)_(?:with|to)_you
        (?:get_back|reply|respond|come)_to_you
        (?:take_care_of|look_after|get_to|answer)_you (?:call|ring|write|text)_(?:you_)?back get_back
        come_(?:by|over|out|round)
        stop_by be_(?:right_)?(?:with_you|in_touch|in_contact|over) get_in_(?:touch|contact) reach_out follow_up
        step_in jump_in
        take_(?:it_|this_|things_|(?:the|your|our)_\\w+_)?over handle_(?:this|it|your) look_into pick_(?:this|it)_up
        (?:reply|respond|call|answer)_(?:shortly|soon|within|in|today|tomorrow)
        give_you_(?:an?_)?(?:call|ring|buzz|shout)
        drop_you_a_line have_WHO send_(?:you_)?WHO
    """),
    "CASE": "(?:request|case|chat|conversation|details|message|call|ticket|issue|question|inquiry|enquiry|concern|problem)",
    "IT": r"(?:(?:your|the|this|our) (?:[\w-]+ )?CASE|this|it|everything|you)",
    "FETCH": any_of("""
        (?:connect|transfer|redirect|rout|patch|refer|link|loop|switch)\\w*_(?:you|(?:your|this)_(?:[\\w-]+_)?CASE)
        (?:escalat|forward|hand|pass|submit|relay)\\w*_IT
        (?:put|put?ting|get|getting|hand|handing|pass|passing|bring|bringing)_you_(?:through|over|onto|in_touch|in_contact|connected|to|with)
        (?:get|getting|find|finding|fetch|fetching|grab|bring|have|ask|asking|tell|call|calling|page|paging|send|sending)_(?:you_)?WHO
        let_WHO_know arrang\\w*_(?:for_)?(?:WHO|(?:an?|the|your)_(?:visit|APPOINTED))
        give_your_(?:number|details|case|request)_to
        (?:schedul|book|request)\\w*_(?:you_)?(?:(?:an?|the|your)_)?(?:[\\w-]+_)?(?:APPOINTED|STAFF)
    """),
    "APPOINTED": "(?:call|call ?back|phone call)",
    "DONE": any_of("""
        notified informed alerted told asked paged messaged contacted called pinged booked arranged requested scheduled
        assigned dispatched sent raised filed flagged forwarded escalated passed handed transferred connected briefed
        involved looped submitted created opened logged given
    """),
    "SOON": any_of("""
        in_(?:\\d+|an?|a_few|(?:\\w+_){1,2}(?:minute|hour|day)s?) within shortly soon right_away today tomorrow
        tonight momentarily immediately asap any_minute
    """),
    "COMING": any_of("""
        on_(?:the|its|their|his|her)_way on_it joining calling coming taking_over standing_by looking_into reviewing
        working_on typing here_now with_you_now joined waiting_for_you
        (?:been_)?(?:notified|informed|alerted|told|asked|assigned)
        taken_over getting_back
    """),
    "WHO": r"(?:some(?:one|body)(?: (?:else|real|human))?|any(?:one|body)|(?:OURS (?:[\w-]+ ){0,3}?)?STAFF)FROM",
    "SELF": r"(?:(?:i|we)(?: (?!not\b|never\b)(?:will|am|are|have|can|could|shall|may|would|just|now|already|also|going|about|"
    r"to|be|happily|gladly|like|love|immediately|then|must|need|happy|glad|ahead|and|go|gone)){0,5})",
    "RECEIVE": r"(?:receive|get|have|expect|await) (?:(?:an?|the|your|our|to) )*(?!confirm|automat)(?:[\w-]+ )?",
}  # fmt: skip

_SHAPES = """
    \\b(?:WHO|we|they) WILL STEPS(?:look (?:into|at)|review|take a look|stop by|come|arrive|visit|be (?:sent|
        there|on site))\\b
    \\bWHO WILL STEPS(?:help|assist|support|advise|guide|serve|see|answer) you\\b
    \\b(?:have|get|ask|let|make|tell) WHO (?:to )?REACH\\b
    \\b(?:OURS (?:[\\w-]+ ){0,3}?(?!owner)STAFFFROM|some(?:one|body)FROM|our (?:[\\w-]+ )?[\\w-]+) (?:will|
        shall|WILL) (?!not|never|no|need|ask|require|have to|be able|find|cost)(?!\\w+ not)\\w
    \\b(?:OURS (?:[\\w-]+ )?[\\w-]+|WHO|help) should be (?:right )?(?:there|with you|in touch)\\b
    \\b(?:i will|we will|let me|i have|we have|i would|i can|i shall|(?:i|we) (?:am|
        are)(?: \\w+)? \\w+ing)(?: (?!not\\b|never\\b|no\\b|what\\b|how\\b|when\\b|which\\b|whether\\b|if\\b|
        about\\b|that the\\b|help\\b|explain\\b|tell you\\b|show\\b|as\\b|years\\b)[\\w-]+){1,5}? (?:some(?:one|
        body)|(?:an?|the|our|my|another) (?:[\\w-]+ )?(?!office|department|owner)STAFF)\\b
    \\b(?:let me|i will|we will|i am going to|i shall) STEPS(?:get|come|be) back (?:to|with) you\\b
    \\b(?:an?|your|the) (?:[\\w-]+ )?(?:APPOINTED|appointment|visit|slot) is (?:now |already |
        all )?(?:scheduled|confirmed|booked|arranged|set)\\b(?! by)
    \\b(?:human|live) (?:support|help|assistance) (?:has been|is|was|will be) \\w+
    \\b(?:your|the|this) (?:[\\w-]+ )?CASE (?:has been|is being|was|is|will be)(?: now| already)? (?:moved|sent|
        routed|redirected|prioriti[sz]ed)\\b
    \\b(?:SELF)(?:put|book|booked|add|added|sign|signed) you (?:in|down|on|up) (?:for|the|our|a)\\b
    \\bi have booked you\\b|\\bi booked you\\b
    \\b(?:WHO) (?:has|have|is|are) (?:already |just |now )*(?:left|set off|heading|dispatched|en route|driving)\\b
    \\byou (?:will )?(?:get|receive) (?:an? |the )?(?:[\\w-]+ )?(?:call|APPOINTED|visit) (?:from|SOON|by)\\b
    \\bstay tuned for (?:an? |our )?(?:call|APPOINTED|reply|visit)\\b
    \\b(?:i am|this is|you are talking to|my name is) (?!your|the|an?\\b)\\w+ from (?:the |
        our )?(?:[\\w-]+ )?(?:STAFF)\\b
    \\b(?:take|takes|taking) it from here\\b
    \\bSELF FETCH\\b
    \\b(?:let me|allow me to|i would be happy to|shall i|should i|(?:like|want|prefer|wish) (?:for )?me to|
        may i|can i) (?:\\w+ )?FETCH\\b
    (?:^|, )(?:(?:ok|okay|sure|great|alright|now|yes|please wait|hold on) (?:, )?)*(?=\\w+ing )FETCH\\b
    \\bSELF DONE STEPS(?:WHO|APPOINTED|IT|an? (?:visit|appointment|ticket|case)|your appointment)\\b
    \\b(?:your|the|this) (?:[\\w-]+ )?CASE (?:has been|is being|was|is|will be|goes)(?: now| already)? (?:DONE|
        with our|with the|with a|on its way|to our|to a)\\b
    \\b(?:an?|the|your) (?:[\\w-]+ )?(?:ticket|case|visit|appointment|APPOINTED|STAFF) (?:has been|is being|was|
        will be)(?: \\w+)? (?:DONE|made|set up)\\b
    \\byou (?:WILL|should|can expect to|may expect to) STEPSbe (?:\\w+ )?(?:connected|transferred|contacted|
        called|phoned|e-?mailed|texted|helped by|assisted by|reached|put through|redirected|handed|visited|speaking|
        talking)\\b
    \\byou (?:WILL|should|can expect to|may expect to) STEPShear (?:back|from|soon|shortly|something)\\b
    \\byou (?:WILL|can|should) (?:now |soon )?(?:speak|talk|chat) (?:to|with) WHO (?:now|soon|shortly|in|right)\\b
    \\byou (?:WILL|should) (?:\\w+ )?RECEIVE(?:APPOINTED|(?:call|reply|response|answer|message|e-?mail|
        visit) (?:back|from|SOON|by))\\b
    (?<!not )\\b(?:expect|await|look forward to) (?:(?:an?|the|your|our|to) )*(?:RECEIVE)?(?!confirm|
        automat)(?:[\\w-]+ )?(?:APPOINTED|reply|response|contact|(?:visit|message|e-?mail) from)\\b
    \\byou are (?:(?:now|already|being|currently) )*(?:connected|transferred|next in (?:line|the queue)|
        in (?:the|a|our) queue|(?:speaking|talking|chatting) (?:to|with) WHO)\\b
    \\b(?:WHO|help|assistance) (?:is|are|has|have|was|were) (?:(?!not\\b)\\w+ ){0,3}COMING\\b
    \\b(?:stay on the line|hold the line|hold|wait|stand by|stay|bear with|moment|
        hang on)\\b.{0,40}\\b(?:connect(?:ing)? you|transfer(?:ring)? you|some(?:one|body)|an? (?:\\w+ )?(?:person|
        agent|human|colleague)|for WHO)\\b
    \\b(?:WHO|we|they) (?:calls?|contacts?|phones?|rings?|e-?mails?|texts?|writes? to|gets? back|gets? in touch|
        visits?|joins?|comes?|repl(?:y|ies)|responds?|takes? over|reach(?:es)?)\\b.{0,30}\\bSOON\\b
    \\bi am (?:really |actually )?(?:an? |the )?(?:real |actual |live |living )?(?:human|person|human being|
        member of the)\\b
    \\b(?:APPOINTED|visit|technician|colleague|agent|person|human)\\b.{0,20}\\b(?:guaranteed|
        coming (?:right )?up|on the way)\\b
    \\b(?:leave (?:it|this) (?:to|with)|in (?:good |the )?hands of|over to) WHO\\b
    \\b(?:promise|guarantee|assure)(?: you)?(?: that)? (?:an? |the )?(?:[\\w-]+ )?(?:WHO|APPOINTED)\\b
    (?:^|, )(?:WHO )?call(?:ing|s)? you (?:back )?(?:at|on|SOON)\\b
    ^WHO (?:,|to) REACH\\b
"""
"""One shape a line; what is indented deeper goes on with it."""


def _expanded(shape: str) -> str:
    """The shape with its classes' words; classes may be made of others."""
    known = re.compile("|".join(sorted(_CLASSES, key=len, reverse=True)))
    while known.search(shape):
        shape = known.sub(lambda match: _CLASSES[match[0]], shape)
    return shape


_SHAPED = re.compile(
    "|".join(_expanded(line.strip()) for line in _SHAPES.replace("\n        ", "").splitlines() if line.strip())
)
_REACHED = re.compile(_expanded(r"\bWILL STEPSREACH\b"))
_NOT_THE_TEAM = re.compile(
    r"\b(?:you|it|this|that|which|nobody|no one|none|thermostat|app|system|device|unit|display|screen|alarm|sensor|website|"
    r"site|portal|software|program|calendar|controller|furnace|reminder|alert|confirmation|invoice|receipt|notification|"
    r"newsletter|e-?mail|message|letter|parcel|package|delivery|courier|carrier|manufacturer|bank)s? $"
)
"""Who reaches the contact without being a person of the team, or does not reach them."""

_SHORT = (
    (r"\bwon't\b", "will not"),
    (r"\bcan't\b", "can not"),
    (r"n't\b", " not"),
    (r"'ll\b", " will"),
    (r"'m\b", " am"),
    (r"'re\b", " are"),
    (r"'ve\b", " have"),
    (r"'d\b", " would"),
    (r"(?<=\w)'s (?=\w+ing\b|on |been |about )", " is "),
)
_EMPHASIS = re.compile(r"[*_~`]+")
_BREAK = re.compile(r"\s*[,;:()–—!?\"“”]+\s*|\s+-+\s+|\.(?=\s|$)")


def promises(sentence: str) -> bool:
    """Whether an English sentence promises a person, says that one is here, or offers to fetch one."""
    line = _plain(sentence)
    if _SHAPED.search(line):
        return True
    return any(not _NOT_THE_TEAM.search(line[: match.start()]) for match in _REACHED.finditer(line))


def _plain(sentence: str) -> str:
    """In lower case, short forms written out, every break between clauses a comma."""
    line = _EMPHASIS.sub("", sentence.lower().replace("’", "'"))
    for short, long in _SHORT:
        line = re.sub(short, long, line)
    return " ".join(_BREAK.sub(" , ", line).split()).strip(" ,")
