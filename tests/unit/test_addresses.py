"""Addresses that somebody else has chosen: what is called, and that nothing else can be reached by them."""

import ssl
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from outbound import AddressRefused, Answer, LookUp, Unreached, check_address, post_outside
from outbound.post import MAX_ANSWER
from outbound.reach import _trusted
from tests.unit.receiving import at, receiver, reply

PUBLIC = "93.184.215.14"
NOWHERE = "allowed are addresses on the internet"

NOT_PUBLIC = ["10.1.2.3", "127.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "198.18.0.1", "192.0.2.1", "::1"]
NOT_PUBLIC += [
    "fd00::1",
    "fec0::1",
    "2001:db8::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "::ffff:7f00:1",
]
NEVER = ["169.254.169.254", "fe80::1", "fe80::1%eth0", "224.0.0.1", "ff02::1", "0.0.0.0", "::", "240.0.0.1"]
NEVER += ["255.255.255.255", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "4000::1"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "this is no address"),
        ("hooks.example.org", "this is no address"),
        ("//hooks.example.org/", "this is no address"),
        ("https://", "this is no address"),
        ("file:///etc/passwd", "this is no address"),
        ("ftp://hooks.example.org/", "this is no address"),
        ("gopher://hooks.example.org/", "this is no address"),
        ("https://hooks.example.org/\r\nX-Evil: 1", "this is no address"),
        ("https://hooks.example.org/" + "a" * 2000, "this is no address"),
        ("https://１２７.0.0.1/", "this is no address"),
        ("https://me:secret@hooks.example.org/", "no user name and no password"),
        ("https://hooks.example.org@10.0.0.1/", "no user name and no password"),
        ("https://a b.example.org/", "is no host"),
        ("https://hooks.example.org\\@10.0.0.1/", "no user name and no password"),
        ("https://a..b/", "is no host"),
        ("https://127.1/", "is no host"),
        ("https://2130706433/", "is no host"),
        ("https://0x7f000001/", "is no host"),
        ("https://0177.0.0.01/", "this is no address"),
        ("https://hooks.example.org:22/", "port 22 is not called; allowed are 80, 443 and 1024 to 65535"),
        ("https://hooks.example.org:0/", "port 0 is not called"),
        ("https://hooks.example.org:65536/", "port 65536 is not called"),
        ("http://localhost/", NOWHERE),
        ("http://LOCALHOST.:8000/", NOWHERE),
        ("http://x.localhost/", NOWHERE),
        ("http://metadata.google.internal/", NOWHERE),
        ("http://database/", NOWHERE),
    ],
)
async def test_what_is_no_address_to_be_called_is_refused_in_words(url: str, why: str) -> None:
    with pytest.raises(AddressRefused, match=why) as refused:
        check_address(url)
    assert "secret" not in str(refused.value)
    if why != NOWHERE:
        with pytest.raises(AddressRefused, match=why):
            await post_outside(url, b"", {}, allow_private=True, look_up=at("127.0.0.1"))


@pytest.mark.parametrize("address", [*NOT_PUBLIC, *NEVER])
async def test_no_private_or_odd_address_is_called(address: str) -> None:
    """Neither where it stands in the URL itself, nor where a name points to it."""
    with pytest.raises(AddressRefused, match=NOWHERE):
        check_address(in_url(address))
    with pytest.raises(AddressRefused, match=NOWHERE):
        await post_outside(in_url(address), b"", {})
    with pytest.raises(AddressRefused, match=f"hooks.example.org, which is at .*{NOWHERE}"):
        await post_outside("https://hooks.example.org/", b"", {}, look_up=at(address))


@pytest.mark.parametrize("address", NEVER)
async def test_some_addresses_are_not_called_even_where_private_ones_are(address: str) -> None:
    with pytest.raises(AddressRefused, match="can't be a receiver"):
        check_address(in_url(address), allow_private=True)
    with pytest.raises(AddressRefused, match="can't be a receiver"):
        await post_outside("https://hooks.example.org/", b"", {}, allow_private=True, look_up=at(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_private_addresses_are_called_where_the_settings_say_so(address: str) -> None:
    check_address(in_url(address), allow_private=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.org/handover?team=1",
        "http://hooks.example.org:8080",
        "https://bücher.example/",
        f"https://{PUBLIC}/",
        "https://[2606:4700:4700::1111]/",
    ],
)
def test_addresses_on_the_internet_are_called(url: str) -> None:
    check_address(url)


async def test_one_private_address_behind_a_name_is_enough_to_refuse_it() -> None:
    with pytest.raises(AddressRefused, match=r"which is at 10\.0\.0\.1"):
        await post_outside("https://hooks.example.org/", b"", {}, look_up=at(PUBLIC, "10.0.0.1"))


async def test_the_name_of_this_machine_is_refused_by_what_the_system_finds() -> None:
    with pytest.raises(AddressRefused, match="localhost, which is at"):
        await post_outside("http://localhost:8000/", b"", {})


async def test_a_name_that_is_not_there() -> None:
    with pytest.raises(Unreached, match=r"nobody\.invalid could not be looked up"):
        await post_outside("https://nobody.invalid/secret-path", b"", {})


async def test_a_name_without_an_address() -> None:
    with pytest.raises(Unreached, match=r"hooks\.example\.org has no address"):
        await post_outside("https://hooks.example.org/", b"", {}, look_up=at())


async def test_the_connection_goes_to_the_address_that_was_looked_at() -> None:
    """A name that points elsewhere a moment later is not looked up again; the receiver is still called by its name."""
    looked: list[tuple[str, int]] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        looked.append((host, port))
        return ["127.0.0.1"] if len(looked) == 1 else ["10.0.0.1"]

    async with receiver(reply(202, b"taken")) as (port, requests):
        url = f"http://hooks.example.org:{port}/in?a=b%20c"
        answer = await post_outside(
            url, b"{}", {"content-type": "application/json"}, allow_private=True, look_up=rebinding
        )
    assert answer == Answer(202, b"taken")
    assert looked == [("hooks.example.org", port)]
    [request] = requests
    assert request.startswith(b"POST /in?a=b%20c HTTP/1.1\r\n")
    assert f"host: hooks.example.org:{port}\r\n".encode() in request.lower()
    assert request.endswith(b"\r\n\r\n{}")


async def test_where_an_address_does_not_answer_the_next_one_is_called() -> None:
    async with receiver(reply(200)) as (port, requests):
        answer = await call(port, at("::1", "127.0.0.1"))
    assert (answer.status, len(requests)) == (200, 1)


async def test_behind_a_connection_nothing_is_sent_twice() -> None:
    async with receiver(b"") as (port, requests):
        with pytest.raises(Unreached, match=r"hooks\.example\.org could not be reached: the connection broke off"):
            await call(port, at("127.0.0.1", "127.0.0.1"))
    assert len(requests) == 1


async def test_nobody_listens() -> None:
    async with receiver(b"") as (port, _):
        pass
    with pytest.raises(Unreached, match=r"hooks\.example\.org could not be reached: nobody takes the connection"):
        await call(port, at("127.0.0.1"))


async def test_a_redirect_is_an_answer() -> None:
    async with receiver(reply(307, extra="Location: http://10.0.0.1/\r\n")) as (port, requests):
        assert (await call(port, at("127.0.0.1"))).status == 307
    assert len(requests) == 1


async def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n" + b"x" * 3 * MAX_ANSWER
    async with receiver(endless) as (port, _):
        answer = await call(port, at("127.0.0.1"))
    assert answer.body == b"x" * MAX_ANSWER


async def test_who_answers_too_slowly_is_given_up_however_it_goes_on() -> None:
    """Byte by byte no single read is late; the whole is."""
    async with receiver(reply(200, b"x" * 1000), pause=0.05) as (port, _):
        with pytest.raises(Unreached, match=r"hooks\.example\.org did not answer within 0\.3 seconds"):
            await call(port, at("127.0.0.1"), seconds=0.3)


@pytest.mark.parametrize(
    ("asked", "after"),
    [("120", 120), ("0", 0), ("999999999", 3600), ("soon", None), ("-1", None), ("99999999999999", 3600), ("", None)],
)
async def test_how_long_a_receiver_wants_to_be_left_alone(asked: str, after: int | None) -> None:
    async with receiver(reply(429, extra=f"Retry-After: {asked}\r\n")) as (port, _):
        answer = await call(port, at("127.0.0.1"))
    assert answer.after == (None if after is None else timedelta(seconds=after))


async def test_until_when_a_receiver_wants_to_be_left_alone() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    async with receiver(reply(503, extra=f"Retry-After: {until}\r\n")) as (port, _):
        after = (await call(port, at("127.0.0.1"))).after
    assert after is not None
    assert timedelta(minutes=9) < after <= timedelta(minutes=10)


@pytest.mark.parametrize(("named", "is_taken"), [("hooks.example.org", True), ("other.example.org", False)])
async def test_the_certificate_has_to_be_for_the_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named: str, is_taken: bool
) -> None:
    """Although the connection goes to an IP address, and the server is told the name (SNI)."""
    context = certified(tmp_path, named)
    names: list[str | None] = []
    context.sni_callback = lambda _, name, __: names.append(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    _trusted.cache_clear()
    try:
        async with receiver(reply(200), tls=context) as (port, _):
            sent = post_outside(
                f"https://hooks.example.org:{port}/", b"", {}, allow_private=True, look_up=at("127.0.0.1")
            )
            if is_taken:
                assert (await sent).status == 200
            else:
                with pytest.raises(Unreached, match="its certificate is not valid for it"):
                    await sent
    finally:
        _trusted.cache_clear()
    assert names == ["hooks.example.org"]


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiver(reply(502)) as (proxy, asked), receiver(reply(200)) as (port, _):
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy}")
        assert (await call(port, at("127.0.0.1"))).status == 200
    assert asked == []


def in_url(address: str) -> str:
    return f"https://[{address.replace('%', '%25')}]/" if ":" in address else f"https://{address}/"


async def call(port: int, look_up: LookUp, seconds: float = 10) -> Answer:
    url = f"http://hooks.example.org:{port}/"
    return await post_outside(url, b"{}", {}, allow_private=True, seconds=seconds, look_up=look_up)


def certified(folder: Path, name: str) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate for the name that is its own authority."""
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-keyout", key, "-out", certificate, "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
