"""How long an answer took, by a clock that is moved by hand."""

from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from web.measures import Measured


class Clock:
    now = 100.0

    def perf_counter(self) -> float:
        return self.now


async def nothing_comes() -> dict[str, Any]:
    return {"type": "http.request"}


async def goes_nowhere(message: Any) -> None:
    pass


@pytest.mark.parametrize(("before", "behind", "seconds"), [(2.0, 0.0, 2.0), (2.0, 9.0, 2.0)])
async def test_what_is_done_behind_an_answer_is_not_part_of_it(
    monkeypatch: pytest.MonkeyPatch, before: float, behind: float, seconds: float
) -> None:
    clock, registry = Clock(), CollectorRegistry()
    monkeypatch.setattr("web.measures.time", clock)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        clock.now += before
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})
        clock.now += behind

    await Measured(app, registry)({"type": "http", "method": "POST"}, nothing_comes, goes_nowhere)
    labels = {"method": "POST", "route": "none", "status": "204"}
    assert registry.get_sample_value("handover_http_seconds_sum", labels) == seconds


async def test_an_app_that_breaks_off_is_measured_until_then(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, registry = Clock(), CollectorRegistry()
    monkeypatch.setattr("web.measures.time", clock)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        clock.now += 3.0
        raise ValueError("it broke")

    with pytest.raises(ValueError, match="it broke"):
        await Measured(app, registry)({"type": "http", "method": "GET"}, nothing_comes, goes_nowhere)
    labels = {"method": "GET", "route": "none", "status": "500"}
    assert registry.get_sample_value("handover_http_seconds_sum", labels) == 3.0
