"""What lies at addresses that somebody else has chosen: through redirects, but never to where it may not go."""

from collections.abc import Mapping

import pytest

from outbound import AddressRefused, Known, NotThere, TooLarge, Unreached, get_outside, origin_of
from tests.unit.receiving import at, receiver, reply

SECRET = {"Authorization": "Basic secret"}


async def fetch(port: int, *, known: Mapping[str, Known] | None = None, most: int = 1000, path: str = "") -> bytes:
    ours = {f"http://media.example.org:{port}": Known(SECRET, allow_private=True)}
    url = f"http://media.example.org:{port}/{path}"
    return await get_outside(url, most, known=ours if known is None else known, look_up=at("127.0.0.1"))


def to(location: str) -> bytes:
    return reply(307, extra=f"Location: {location}\r\n")


async def test_what_lies_there_comes_to_whom_it_is_meant_for() -> None:
    async with receiver(reply(200, b"picture")) as (port, requests):
        assert await fetch(port, path="a.jpg?size=1") == b"picture"
    assert requests[0].startswith(b"GET /a.jpg?size=1 HTTP/1.1\r\n")
    assert b"authorization: basic secret\r\n" in requests[0].lower()


async def test_a_redirect_is_followed_and_no_secret_goes_along() -> None:
    async with (
        receiver(reply(200, b"picture")) as (cdn, asked),
        receiver(to(f"http://cdn.example.org:{cdn}/1?signed=2")) as (port, _),
    ):
        known = {
            f"http://media.example.org:{port}": Known(SECRET, allow_private=True),
            f"http://cdn.example.org:{cdn}": Known(allow_private=True),
        }
        assert await fetch(port, known=known) == b"picture"
    assert asked[0].startswith(b"GET /1?signed=2 HTTP/1.1\r\n")
    assert b"authorization" not in asked[0].lower()


async def test_a_redirect_into_the_own_network_is_refused() -> None:
    async with (
        receiver(reply(200, b"secret")) as (inside, asked),
        receiver(to(f"http://127.0.0.1:{inside}/")) as (port, _),
    ):
        with pytest.raises(AddressRefused, match=r"127\.0\.0\.1 is not public"):
            await fetch(port)
    assert asked == []


async def test_who_is_not_known_is_judged_like_anybody() -> None:
    async with receiver(reply(200, b"secret")) as (port, asked):
        with pytest.raises(AddressRefused, match="is not public"):
            await fetch(port, known={})
    assert asked == []


@pytest.mark.parametrize(
    "location", ["ftp://cdn.example.org/1", "javascript:alert(1)", "http://user:pw@cdn.example.org/"]
)
async def test_a_redirect_to_what_is_no_address(location: str) -> None:
    async with receiver(to(location)) as (port, _):
        with pytest.raises(AddressRefused):
            await fetch(port)


async def test_redirects_without_end() -> None:
    async with receiver(to("/again")) as (port, requests):
        with pytest.raises(Unreached, match=r"media\.example\.org redirects again and again"):
            await fetch(port)
    assert len(requests) == 5


@pytest.mark.parametrize("status", [400, 401, 404, 410, 500])
async def test_what_is_not_given(status: int) -> None:
    async with receiver(reply(status, b"words")) as (port, _):
        with pytest.raises(NotThere, match=f"media.example.org answered with HTTP {status}") as refused:
            await fetch(port)
    assert refused.value.status == status


@pytest.mark.parametrize(("length", "fits"), [(1000, True), (1001, False)])
async def test_no_more_is_read_than_may_be(length: int, fits: bool) -> None:
    async with receiver(reply(200, b"x" * length)) as (port, _):
        if fits:
            assert len(await fetch(port)) == length
        else:
            with pytest.raises(TooLarge):
                await fetch(port)


def test_where_an_address_is() -> None:
    assert origin_of("https://Media.Example.org/a/b?c") == "https://media.example.org"
    assert origin_of("https://media.example.org:443/") == "https://media.example.org"
    assert origin_of("http://media.example.org:8080/") == "http://media.example.org:8080"
