"""A server that somebody else runs: it answers every request with the same bytes."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from outbound import LookUp


def at(*addresses: str) -> LookUp:
    async def look_up(host: str, port: int) -> Sequence[str]:
        return addresses

    return look_up


def reply(status: int, body: bytes = b"", extra: str = "") -> bytes:
    return f"HTTP/1.1 {status} Words\r\n{extra}Content-Length: {len(body)}\r\n\r\n".encode() + body


@asynccontextmanager
async def receiver(
    answer: bytes, pause: float = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server on 127.0.0.1 that answers every request with these bytes: its port, and what it was sent.

    pause: seconds behind each byte of the answer.
    """
    requests: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((line[15:] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), b"0")
        requests.append(head + await reader.readexactly(int(length)))
        try:
            for part in [answer] if not pause else [answer[at : at + 1] for at in range(len(answer))]:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(pause)
        except ConnectionError:
            pass  # the other side has read enough
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1], requests
    finally:
        server.close()
