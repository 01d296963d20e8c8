"""Reads the first bytes of files of other servers that messages show.

Connections, including those of redirects, are opened only to addresses that webhooks may have. A URL can be slow or
endless, so a file is read for a limited time and up to a limit of bytes. Each app gets a share of the files that are
read at the same time, and each host a share of those of its app.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit
from weakref import WeakValueDictionary

from heliograph._version import __version__
from heliograph.delivery.connector import Connector, described
from heliograph.delivery.fair_slots import FairSlots
from heliograph.delivery.responses import EndpointResponse, UnreadableResponse
from heliograph.domain.media import MediaStart, MediaUnreadable
from heliograph.domain.networks import Network, TargetRefused
from heliograph.domain.targets import Target, parse_target

TIMEOUT_SECONDS = 15.0
"""How long reading a file may take, including redirects and the wait for a free slot."""
MAX_REDIRECTS = 3
FIRST_BYTES = 8192
"""Enough bytes to recognize every type."""
READS_PER_HOST = 4
_MIN_READS = 64
MAX_READS = 256
"""The largest number of files that are read at the same time. An app can then read 29 of them."""
_FRACTION = 8
_LARGEST_SIZE = 2**53
_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = {
    "user-agent": f"heliograph/{__version__}",
    "accept": "*/*",
    "accept-encoding": "identity",
    "connection": "close",
}


class MediaReader:
    """Reads the beginning of files."""

    def __init__(self, allowed: Sequence[Network], timeout: float = TIMEOUT_SECONDS) -> None:
        self._timeout = timeout
        self._connector = Connector(allowed, timeout)
        self._slots = FairSlots(_max_reads(), _FRACTION)
        self._hosts: WeakValueDictionary[tuple[str, str], asyncio.Semaphore] = WeakValueDictionary()

    async def read(self, app_id: str, url: str) -> MediaStart:
        """Read the beginning of the file at a URL, for an app.

        Raises:
            MediaUnreadable: it cannot be read. The message gives the reason.
        """
        try:
            async with asyncio.timeout(self._timeout):
                return await self._follow(app_id, url)
        except TimeoutError:
            raise MediaUnreadable(f"not within {self._timeout:g} seconds") from None
        except (TargetRefused, UnreadableResponse, OSError, ValueError) as error:
            raise MediaUnreadable(described(error)) from None

    async def _follow(self, app_id: str, url: str) -> MediaStart:
        for _ in range(1 + MAX_REDIRECTS):
            response = await self._get_in_turn(app_id, _target(url))
            if response.status not in _REDIRECTS or response.location is None:
                return response.start()
            url = urljoin(url, response.location)
        raise MediaUnreadable(f"more than {MAX_REDIRECTS} redirects")

    async def _get_in_turn(self, app_id: str, target: Target) -> MediaResponse:
        # A slow host would otherwise take all slots of the app, and delay its messages with files of other hosts.
        host = self._hosts.setdefault((app_id, target.host), asyncio.Semaphore(READS_PER_HOST))
        async with host:
            await self._slots.acquire(app_id)
            try:
                return await self._get(app_id, target)
            finally:
                self._slots.release(app_id)

    async def _get(self, app_id: str, target: Target) -> MediaResponse:
        reader, writer = await self._connector.connect(app_id, target)
        try:
            writer.write(_request(target))
            response = MediaResponse()
            await response.read_status(reader)
            if response.status == 200:
                await response.read_start(reader)
            return response
        finally:
            writer.transport.abort()  # the rest of the file is not needed

    async def aclose(self) -> None:
        """Cancel the lookups."""
        self._connector.close()


class MediaResponse(EndpointResponse):
    """The response for a media URL, with the beginning of the file."""

    most_kept = FIRST_BYTES

    def __init__(self) -> None:
        super().__init__()
        self._headers: dict[bytes, bytes] = {}
        self._received = 0
        self._has_ended = False

    def on_message_begin(self) -> None:
        """Called by the parser, for interim responses too."""
        self._headers.clear()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser."""
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        """Called by the parser."""
        super().on_body(body)
        self._received += len(body)

    async def read_start(self, reader: asyncio.StreamReader) -> None:
        """Read the first bytes of the body, or all of a shorter one."""
        while not self.complete and len(self.kept) < self.most_kept:
            if not await self._read_chunk(reader):
                self._has_ended = reader.at_eof()
                return

    @property
    def location(self) -> str | None:
        """The target of a redirect."""
        return self._header(b"location")

    def start(self) -> MediaStart:
        """The beginning of the file.

        Raises:
            MediaUnreadable: this is not the response for a file.
        """
        if self.status != 200:
            raise MediaUnreadable(f"status {self.status}")
        if (self._header(b"content-encoding") or "identity").lower() != "identity":
            raise MediaUnreadable("the response is compressed")
        if not self.kept:
            raise MediaUnreadable("the file is empty")
        declared = (self._header(b"content-type") or "").partition(";")[0].strip().lower()
        return MediaStart(self.kept, self._size(), declared or None)

    def _size(self) -> int | None:
        """The size of the file, if the headers say it or all of it was read."""
        if (length := self._header(b"content-length")) is not None:
            size = int(length)
            return size if size < _LARGEST_SIZE else None
        # Without a length and without chunks, the end of the connection is the end of the file.
        is_whole = self.complete or (self._has_ended and b"transfer-encoding" not in self._headers)
        return self._received if is_whole else None

    def _header(self, name: bytes) -> str | None:
        value = self._headers.get(name)
        return None if value is None else value.decode("latin-1")


def _target(url: str) -> Target:
    if urlsplit(url).scheme.lower() not in ("http", "https"):
        raise MediaUnreadable("its scheme is neither http nor https")
    return parse_target(url)


def _request(target: Target) -> bytes:
    lines = [f"GET {target.path} HTTP/1.1", f"host: {target.authority}"]
    if target.credentials is not None:
        lines.append(f"authorization: Basic {target.credentials}")
    lines += [f"{name}: {value}" for name, value in _HEADERS.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _max_reads() -> int:
    """The number of files that may be read at the same time: an eighth of the file descriptors of this process."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_READS if soft == resource.RLIM_INFINITY else max(_MIN_READS, min(MAX_READS, soft // 8))
