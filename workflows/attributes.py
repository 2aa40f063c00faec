"""The search attributes by which operators find runs. Upserted together, and only when a value changes."""

from collections.abc import Mapping

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from handover.ids import SEARCH_ATTRIBUTES

_KEYS = {name: SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES}


def attributes(values: Mapping[str, str]) -> TypedSearchAttributes:
    """Search attributes for a run that is about to start; empty values are left out."""
    return TypedSearchAttributes([SearchAttributePair(_KEYS[name], value) for name, value in values.items() if value])


def upsert(values: Mapping[str, str]) -> None:
    """Set what has changed; an empty value takes the attribute away."""
    current = workflow.info().typed_search_attributes
    changed = {name: value for name, value in values.items() if (current.get(_KEYS[name]) or "") != value}
    if changed:
        workflow.upsert_search_attributes(
            [_KEYS[name].value_set(value) if value else _KEYS[name].value_unset() for name, value in changed.items()]
        )
