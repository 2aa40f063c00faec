"""What is different between two versions of a bot's settings, key by key."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from handover.ports import Document, SavedSettings
from web.pages.bot_fields import written

DOCUMENT = "document"
_NAMES = {"rules": "name"}
"""Lists whose rows have a name: a rule that moved is the same rule."""


class Change(NamedTuple):
    """One key: what it was and is, and for a list what came and went. `gone` and `new` say that the whole part did,
    `rewritten` that a document has another text."""

    key: str
    before: str = ""
    after: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    gone: bool = False
    new: bool = False
    moved: bool = False
    rewritten: bool = False


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The differences from one version to another, in the order of the settings."""
    return list(_between(before, after, ""))


def all_changes(before: SavedSettings, after: SavedSettings) -> list[Change]:
    """The differences of the settings, and then of the documents: those that came, went, or say something else."""
    return changes(before.settings, after.settings) + list(_of_documents(before.knowledge, after.knowledge))


def _of_documents(before: Sequence[Document], after: Sequence[Document]) -> Iterator[Change]:
    old, new = dict(before), dict(after)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            here = f"{DOCUMENT} {name}"
            yield Change(here, gone=name not in new, new=name not in old, rewritten=name in old and name in new)


def _between(before: Any, after: Any, key: str) -> Iterator[Change]:
    if before == after:
        return
    if _is_list_of_texts(before) and _is_list_of_texts(after):
        yield _list_change(before or [], after or [], key)
        return
    first, second = _parts(key, before), _parts(key, after)
    if first is None or second is None:
        yield Change(key, _short(before), _short(after))
        return
    for name in [*first, *(name for name in second if name not in first)]:
        here = f"{key}.{name}" if key else name
        if name not in second:
            yield Change(here, gone=True)
        elif name not in first:
            yield Change(here, new=True)
        else:
            yield from _between(first[name], second[name], here)
    if list(first) != list(second) and set(first) == set(second) and isinstance(before, list):
        yield Change(key, moved=True)


def _is_list_of_texts(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _list_change(before: list[str], after: list[str], key: str) -> Change:
    added, removed = Counter(after) - Counter(before), Counter(before) - Counter(after)
    return Change(
        key, added=tuple(added.elements()), removed=tuple(removed.elements()), moved=not added and not removed
    )


def _parts(key: str, value: Any) -> dict[str, Any] | None:
    """What a value consists of, by name; None where it is one value."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, list):
        return None
    name = _NAMES.get(key.rpartition(".")[2])
    return {str(one.get(name, place)) if name else str(place): one for place, one in enumerate(value, start=1)}


def _short(value: Any) -> str:
    """A value for people; a part that is there as a whole says no more than that."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, dict) or (isinstance(value, list) and not _is_list_of_texts(value)):
        return "set"
    return written(value)
