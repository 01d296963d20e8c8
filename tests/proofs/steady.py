"""A tenant that sends requests continuously, and their durations.

`python -m tests.proofs.steady URL APP_ID KEY_ID SECRET CONVERSATION SECONDS` prints the 99th percentile, in
milliseconds.
"""

from __future__ import annotations

import asyncio
import base64
import sys
import time
from statistics import quantiles
from urllib.parse import urlsplit

CONNECTIONS = 32


class Tenant:
    """Connections that alternately list participants and post messages."""

    def __init__(self, url: str, app_id: str, auth: tuple[str, str], conversation: str) -> None:
        server = urlsplit(url)
        self._address = server.hostname, server.port
        basic = base64.b64encode(":".join(auth).encode()).decode()
        head = (
            f"/v2/apps/{app_id}/conversations/{conversation}/%s HTTP/1.1\r\nhost: a\r\nauthorization: Basic {basic}\r\n"
        )
        body = '{"author":{"type":"business"},"content":{"type":"text","text":"Hello"}}'
        typed = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
        self._requests = [f"GET {head % 'participants'}\r\n".encode(), f"POST {head % 'messages'}{typed}".encode()]
        self.milliseconds: list[float] = []

    async def work(self, seconds: float) -> None:
        """Send requests on all connections for a number of seconds."""
        deadline = time.monotonic() + seconds
        await asyncio.gather(*[self._connect(deadline) for _ in range(CONNECTIONS)])

    async def _connect(self, deadline: float) -> None:
        reader, writer = await asyncio.open_connection(*self._address)
        number = 0
        while number == 0 or time.monotonic() < deadline:
            began = time.perf_counter()
            writer.write(self._requests[number % len(self._requests)])
            await self._read(reader)
            self.milliseconds.append((time.perf_counter() - began) * 1000)
            number += 1
        writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.split(b" ", 2)[1] in (b"200", b"201"), head
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))


def main() -> None:
    """Run the command."""
    url, app_id, key_id, secret, conversation, seconds = sys.argv[1:]
    tenant = Tenant(url, app_id, (key_id, secret), conversation)
    asyncio.run(tenant.work(float(seconds)))
    sys.stdout.write(str(quantiles(tenant.milliseconds, n=100)[-1]))


if __name__ == "__main__":
    main()
