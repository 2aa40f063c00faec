"""Every activity heartbeats by itself, so that a killed worker is noticed within seconds instead of at the time limit."""

import asyncio
from contextlib import suppress
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

BEAT_SECONDS = 0.8


class Heartbeats(Interceptor):
    """Plugged into the worker; activities know nothing of it."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Beating(next)


class _Beating(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        if activity.info().heartbeat_timeout is None:
            return await super().execute_activity(input)
        beats = asyncio.create_task(_beat())
        try:
            return await super().execute_activity(input)
        finally:
            beats.cancel()
            with suppress(asyncio.CancelledError):
                await beats


async def _beat() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(BEAT_SECONDS)
