"""What kind of word each word is: somebody, a way to them, a wish. What builds a sentence is its own kind.

Of all other words not even the kind counts. So what is learnt from sequences of kinds is how people ask, not what about.
"""

import re
from functools import lru_cache

from assistant.text import word_set

_WORDS_OF_A_KIND = {
    "#PERSON": """
        human humans person persons representative representatives rep reps operator operators agent agents manager
        managers supervisor supervisors advisor advisors adviser advisers boss superior staff folks colleague
        colleagues employee employees specialist specialists consultant consultants executive executives expert
        experts teammate coworker people personnel caseworker handler associate clerk attendant receptionist
        dispatcher lead associates assistant assistants teammates guy guys lady member members professional
        professionals counsellor counselor liaison concierge host rm banker underwriter adjuster broker technician
        engineer mechanic nurse doctor trainer coach handlers senior seniors officer officers incharge owner sir
        madam exec workers worker individual
    """,
    "#ANYBODY": "someone somebody anyone anybody",
    "#TEAM": """
        support team department desk sales billing service services reception dispatch accounts claims office hr
        crew helpdesk helpline hotline branch store finance legal returns warranty admissions frontdesk complaints
        retention cancellations tech it logistics shipping
    """,
    "#TALK": """
        talk talking speak speaking chat chatting discuss discussing converse call calling phone phoning ring
        contact reach text message write explain explaining communicate deal dealing consult liaise conversation
        word touch speech interact argue complain hear telephone callback voice hello conversing spoke spoken
        chatted talked called phoned contacting reaching emailing texting messaging rings bell buzz line dial
        dialogue discussion meeting meet consultation
    """,
    "#MOVE": """
        connect connected transfer transferred put pass passed hand forward forwarded switch switched route routed
        escalate escalated bring get give find fetch send assign direct directed refer referred link patch pull loop
        involve summon redirect redirected forwarding transferring connecting putting getting passing patching
        rerouted redirecting handover raise raised schedule arrange book set assigned
    """,
    "#HELP": """
        help assist assistance handle check review look take answer respond reply join step sort intervene verify
        walk guide attend jump listen read examine solve resolve handled reviewed answered helped served assisted
        checked helping assisting understand understands explains fix advise advice guidance
    """,
    "#WANT": """
        want wants wanted need needs needed wish prefer demand require insist hoping request requesting rather fancy
        looking trying must wanting needing desire keen appreciate grateful glad ask asking asked wanna preferred
        preferably insisting demanding desperate waiting wait longing
    """,
    "#MACHINE": "bot bots robot robots machine machines ai computer chatbot automated software",
}
_KIND = {word: kind for kind, words in _WORDS_OF_A_KIND.items() for word in word_set(words)}
_BUILDING = word_set("""
    a an the i you we they he she it me my your our us his her their this that these those is am are was were be been do
    does did have has had can could will would may might should to of in on at for from with by about into over as than
    then and or but if so not no nor what which who whom whose when where why how there here any some one other another
    else up off out only got let 's yes now already like love
""")
_OCCUPATION = re.compile(r"[a-z]{3,}(?:er|or|ist|ian|man|woman)s?")

KINDS = frozenset([*_WORDS_OF_A_KIND, "#ROLE"])
"""The kinds that tell how somebody asks. #ROLE: what could be an occupation by its ending."""

LINKS = frozenset(["not", "my", "your", "to", "with", "how", "what", "do", "does", "is", "are"])
"""Words that build a sentence and change what its telling words mean."""


@lru_cache(maxsize=50_000)
def kind_of(word: str) -> str:
    """The kind of a word; a word that builds sentences is its own kind, and `.` is any other."""
    if word in _BUILDING:
        return word
    return _KIND.get(word) or ("#ROLE" if _OCCUPATION.fullmatch(word) else ".")
