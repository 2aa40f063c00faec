"""English words by what they do in a help desk's conversations. Everything here is lower case and already expanded."""


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(text.split())


def any_of(text: str) -> str:
    """A regular expression for any of the expressions of a list written as running text; `_` joins the words of one."""
    return "(?:" + "|".join(word.replace("_", " ") for word in text.split()) + ")"


CONTRACTIONS = {
    "won't": "will not", "can't": "can not", "cannot": "can not", "cant": "can not", "wont": "will not",
    "dont": "do not", "doesnt": "does not", "didnt": "did not", "isnt": "is not", "wouldnt": "would not",
    "couldnt": "could not", "im": "i am", "ive": "i have", "i'd": "i would",
    "let's": "let us", "lets": "let us", "wanna": "want to", "gonna": "going to", "gotta": "have to",
    "gimme": "give me", "lemme": "let me", "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please",
    "plese": "please", "sb": "somebody", "sby": "somebody", "smn": "someone", "smb": "somebody",
    "sum1": "someone", "sumone": "someone",
    "some1": "someone", "any1": "anyone", "w/": "with", "thx": "thanks", "ty": "thanks",
    "csr": "representative", "cs": "customer service", "wana": "want to", "asap": "now", "ppl": "people",
    "tlk": "talk", "tlak": "talk", "takl": "talk", "tak": "talk", "tallk": "talk", "talkk": "talk", "taalk": "talk",
    "chta": "chat", "caht": "chat", "spk": "speak", "spek": "speak", "clal": "call", "cal": "call", "calll": "call",
    "nede": "need", "ned": "need", "wnat": "want", "watn": "want", "wnt": "want", "wiht": "with", "whit": "with",
    "wit": "with", "someoen": "someone", "sombody": "somebody", "talkto": "talk to", "speakto": "speak to",
    "atalk": "a talk", "ahuman": "a human", "aperson": "a person", "anagent": "an agent", "hooman": "human",
    "callback": "call back", "helpdesk": "help desk", "centre": "center", "whats": "what is", "thats": "that is",
}  # fmt: skip
"""Short forms, chat spelling and slips of words too short for a fuzzy match."""

FILLERS = word_set("""
    please just really actually right kindly immediately damn fucking fuckin goddamn bloody freaking freakin
    frigging hell hey hi hello ok okay so well um uh oh simply directly quickly urgently asap today only maybe
    perhaps possibly finally ever still again honestly seriously basically instead sir madam bro man thanks dear
    very much soon straight
""")
"""Words that change nothing about what is asked for."""

NEGATIONS = word_set("not no never without nobody nothing none")

STOPWORDS = word_set("""
    a an the i you we they he she it me my mine your yours our us them their his her its this that these those
    is am are was were be been being do does did done have has had having can could will would shall should may
    might must to of in on at for from with by about into over as than then and or but if so not no nor what
    which who whom whose when where why how there here please just really actually very too also any some such
    only own same am hi hello hey ok okay yes thanks thank want need like know tell let say get got give there's
    s t up out off again still ever now today im us one ones rather
""")

WEAK = word_set("""
    mean show help make see look work go take use find ask question problem issue thing something anything
    happen try think come long time much many new way sure kind type information info detail details could
    possible able company unit device product
""")
"""Content words that say little about the topic."""

SYNONYMS = {
    "cost": "price", "charge": "price", "fee": "price", "rate": "price", "expensive": "price", "pricing": "price",
    "hour": "open", "opening": "open", "closed": "open", "close": "open", "closing": "open",
    "appointment": "book", "schedule": "book", "booking": "book", "reserve": "book", "arrange": "book",
    "reschedule": "move", "postpone": "move", "fix": "repair", "mend": "repair", "swap": "change", "replace": "change",
    "replacement": "change", "ac": "air", "aircon": "air", "weekend": "saturday", "guarantee": "warranty",
    "area": "serve", "service": "serve", "region": "serve", "suburb": "serve", "deliver": "serve",
    "payment": "pay", "credit": "pay", "debit": "pay", "card": "pay", "cash": "pay", "technician": "visit",
    "engineer": "visit", "plumber": "visit",
    "arrive": "come", "cancellation": "cancel",
}  # fmt: skip
"""Words that ask for the same thing, by their stems."""
