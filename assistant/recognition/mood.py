"""How upset a message sounds. Reports of faults are matter of fact here: a broken furnace is no complaint."""

from functools import cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from assistant.text import readable, word_set

_MATTER_OF_FACT = word_set("""
    broken broke ignore error errors problem problems issue issues fail fails failed failing failure dead died die
    dying emergency urgent urgently leak leaks leaking alarm alarms wrong warning warnings fault faults faulty
    trouble lost low stop stopped stops cut freeze freezing frozen cold burn burnt burning fire smoke noise
    noisy loud danger dangerous cancel cancelled canceled cancels sorry no pain risk damage damaged crash
    crashed dirty lack miss missed missing debt charge charged kill blocked block demand demands complain
    complaint late delay delayed pressure problem's sick warm please thanks thank help hello yes interested like
    want support cool care secure energy clean sure ok easy refuse refuses avoid hard difficult worried worry
    concerned sharp shock odd strange tired bad badly blame drop dropped poor weak critical serious seriously
    severe sever break breaks defect defective stuck struggling harsh short limited
""")
_UPSET = word_set("""
    unacceptable ridiculous useless pathetic rubbish garbage scam incompetent fuming furious disgusting disgrace
    disgraceful outrageous bullshit wtf fuck fucking fucked shit shitty crap crappy ripoff livid appalling
    infuriating disgusted enraged idiots morons worst hate terrible awful horrible joke atrocious liars stupid
    idiot unbelievable asshole
""")
_STRENGTH = -3.6
"""On VADER's scale of -4 to 4: one such word alone is a clear complaint."""


@cache
def _analyser() -> SentimentIntensityAnalyzer:
    analyser = SentimentIntensityAnalyzer()
    for word in _MATTER_OF_FACT:
        analyser.lexicon.pop(word, None)
    analyser.lexicon.update(dict.fromkeys(_UPSET, _STRENGTH))
    return analyser


def sentiment(text: str) -> float:
    """-1 (very upset) to 1 (very pleased), of English words; what the message quotes is left out."""
    return float(_analyser().polarity_scores(readable(text))["compound"])
