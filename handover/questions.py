"""What contacts ask, the same questions together: recognised by the words that they share, not by their exact text."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from rapidfuzz import fuzz, process, utils

from handover.views import QuestionGroup

SIMILAR = 0.6
"""From which share of their words in common, weighed by length, two requests ask for the same."""

SAME_WORD = 80.0
"""From which resemblance in per cent two words are one: singular and plural, and slips of the pen."""

_LITTLE_WORDS = """
    a about all also am an and any are as at be been but by can could did do does for from get got had has have hello hey hi
    how i if in into is it its just know like may me my need of on one or our please should so some tell thank thanks that the
    their them there these they this to up us want was we were what when where which who why will with would you your
"""
_SAY_NOTHING = frozenset(_LITTLE_WORDS.split())


MOST_EXAMPLES = 3
MOST_CONVERSATIONS = 5


def grouped(requests: Sequence[str], conversations: Sequence[str] = ()) -> list[QuestionGroup]:
    """Requests that ask for the same together, the most frequent first; each group with its most frequent wording.

    The order of the requests makes no difference to the groups. Requests without a word in them are left out.
    `conversations`: where each was asked; a group names the first of them.
    """
    said = [" ".join(request.split()) for request in requests]
    wordings = Counter(said)
    same_word = _same_words(word for wording in wordings for word in _words(wording))
    groups = _Groups()
    for wording, count in sorted(wordings.items(), key=lambda one: (-one[1], one[0])):
        groups.add(wording, count, frozenset(same_word[word] for word in _words(wording)))
    _name_conversations(groups.of_wording, zip_longest(said, conversations[: len(said)]))
    return sorted(groups.found, key=lambda group: (-group.count, group.example))


def _name_conversations(groups: Mapping[str, QuestionGroup], asked: Iterable[tuple[str, str | None]]) -> None:
    for wording, conversation_id in asked:
        group = groups.get(wording)
        if group is None or conversation_id is None or conversation_id in group.conversations:
            continue
        if len(group.conversations) < MOST_CONVERSATIONS:
            group.conversations.append(conversation_id)


class _Groups:
    """Groups of requests, each of which resembles the first one of its group."""

    def __init__(self) -> None:
        self.found: list[QuestionGroup] = []
        self.of_wording: dict[str, QuestionGroup] = {}
        self._words: list[frozenset[str]] = []
        self._weights: list[int] = []
        self._with: dict[str, list[int]] = defaultdict(list)

    def add(self, wording: str, count: int, words: frozenset[str]) -> None:
        if not words:
            return
        closest = self._closest(words)
        if closest is None:
            self._begin(wording, count, words)
        else:
            self._join(self.found[closest], wording, count)

    def _join(self, group: QuestionGroup, wording: str, count: int) -> None:
        group.count += count
        if len(group.examples) < MOST_EXAMPLES:
            group.examples.append(wording)
        self.of_wording[wording] = group

    def _begin(self, wording: str, count: int, words: frozenset[str]) -> None:
        for word in words:
            self._with[word].append(len(self.found))
        self.found.append(QuestionGroup(count=count, example=wording, examples=[wording]))
        self.of_wording[wording] = self.found[-1]
        self._words.append(words)
        self._weights.append(_weight(words))

    def _closest(self, words: frozenset[str]) -> int | None:
        likeness = self._likeness(words)
        near = [index for index, share in likeness.items() if share >= SIMILAR]
        near = [index for index in near if not _have_other_numbers(words, self._words[index])]
        return max(near, key=lambda index: (likeness[index], -index), default=None)

    def _likeness(self, words: frozenset[str]) -> dict[int, float]:
        """For each group with one of these words, the share of the words in common, long words weighing more.

        Added up word by word, because thousands of requests are too many to compare each with each.
        """
        shared: dict[int, int] = defaultdict(int)
        for word in words:
            for index in self._with.get(word, ()):
                shared[index] += len(word)
        own = _weight(words)
        return {index: 2 * weight / (own + self._weights[index]) for index, weight in shared.items()}


def _have_other_numbers(one: frozenset[str], other: frozenset[str]) -> bool:
    """Both name numbers, and none in common: the price of an NW-200 is not that of an NW-350."""
    return bool(_numbers(one) and _numbers(other)) and _numbers(one).isdisjoint(_numbers(other))


def _weight(words: frozenset[str]) -> int:
    return sum(map(len, words))


def _numbers(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if _is_number(word))


def _is_number(word: str) -> bool:
    return any(map(str.isdigit, word))


def _words(text: str) -> list[str]:
    """The words that carry a meaning, in lower case; all of them where none does."""
    words = utils.default_process(text).split()
    return [word for word in words if word not in _SAY_NOTHING] or words


def _same_words(words: Iterable[str]) -> dict[str, str]:
    """For each word the one that stands for it: the most frequent among those that resemble it. A number is only itself."""
    frequent = sorted(Counter(words).items(), key=lambda one: (-one[1], one[0]))
    stands_for: dict[str, str] = {}
    first: list[str] = []
    for word, _ in frequent:
        found = None if _is_number(word) else process.extractOne(word, first, scorer=fuzz.ratio, score_cutoff=SAME_WORD)
        stands_for[word] = found[0] if found else word
        if found is None and not _is_number(word):
            first.append(word)
    return stands_for
