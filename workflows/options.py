"""How long activities may take and how often they are tried again."""

from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy

_PATIENT = RetryPolicy(
    initial_interval=timedelta(milliseconds=200), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=10)
)

STORE: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=20),
    "heartbeat_timeout": timedelta(seconds=3),
    "retry_policy": _PATIENT,
}
"""For what has to happen, however long the database or Temporal is away: tried again until it works."""

MODEL: dict[str, Any] = {
    "start_to_close_timeout": timedelta(minutes=10),
    "heartbeat_timeout": timedelta(seconds=3),
    "retry_policy": _PATIENT,
}
"""For a turn. The assistant bounds its own calls to a model, well within this time; what is tried again here is our own
trouble. A worker that has died is noticed by its missing heartbeats."""

LOCAL: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=5),
    "local_retry_threshold": timedelta(seconds=5),
    "retry_policy": _PATIENT,
}
"""For one short step that depends only on what is in the history already, and stores its result under its key."""

ONE_TRY: dict[str, Any] = {
    "start_to_close_timeout": timedelta(seconds=30),
    "heartbeat_timeout": timedelta(seconds=3),
    "retry_policy": RetryPolicy(maximum_attempts=1),
}
"""For other people's systems where the workflow itself decides when they are tried again: handover/patience.py."""

OUTSIDE: dict[str, Any] = {
    "schedule_to_close_timeout": timedelta(hours=24),
    "start_to_close_timeout": timedelta(seconds=30),
    "heartbeat_timeout": timedelta(seconds=3),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=5)
    ),
}
"""For other people's systems: a day of patience, then it has failed, and a manager is told."""
