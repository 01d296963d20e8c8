"""Makes concurrent uploads, and measures the memory of the server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.api.files import BOUNDARY, PUBLIC
from tests.harness import Caller

MEGABYTE = 1_048_576
_PIECE = 65_536


@dataclass
class Acknowledged:
    """The digests of the acknowledged files, by their paths."""

    digests: dict[str, str] = field(default_factory=dict)

    def check(self, base_url: str) -> None:
        """Assert that every file has its content."""
        with httpx.Client(timeout=60) as http:
            for path, digest in self.digests.items():
                response = http.get(base_url + path)
                assert response.status_code == 200, path
                assert hashlib.sha256(response.content).hexdigest() == digest, path


def body_of(number: int, size: int) -> Iterator[bytes]:
    """The multipart body of a text file of this size, whose content depends on the number."""
    yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="source"; filename="a.txt"\r\n\r\n'.encode()
    yield from content_of(number, size)
    yield f"\r\n--{BOUNDARY}--\r\n".encode()


def content_of(number: int, size: int) -> Iterator[bytes]:
    """The content of a file, in pieces."""
    line = f"file {number:08} \r\n-".encode()
    piece = (line * (_PIECE // len(line) + 1))[:_PIECE]
    for start in range(0, size, _PIECE):
        yield piece[: size - start]


def digest_of(number: int, size: int) -> str:
    """The digest of the content of a file."""
    digest = hashlib.sha256()
    for piece in content_of(number, size):
        digest.update(piece)
    return digest.hexdigest()


def upload(caller: Caller, number: int, size: int, acknowledged: Acknowledged) -> None:
    """Upload a file, and record it when it is acknowledged."""
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    with httpx.Client(timeout=120, auth=caller.auth) as http:
        url = f"{caller.url}/v2/apps/{caller.app_id}/attachments"
        response = http.post(url, params=PUBLIC, headers=headers, content=body_of(number, size))
    assert response.status_code == 201, response.text
    made = response.json()["attachment"]["mediaUrl"]
    acknowledged.digests[made.removeprefix(caller.url)] = digest_of(number, size)


def upload_together(caller: Caller, count: int, size: int) -> Acknowledged:
    """Upload files concurrently; returns the acknowledged ones."""
    acknowledged = Acknowledged()
    with ThreadPoolExecutor(count) as pool:
        done = [pool.submit(upload, caller, number, size, acknowledged) for number in range(count)]
    for one in done:
        one.result()
    return acknowledged


def peak_memory(pid: int) -> int:
    """The largest resident memory that a process has had since the last reset, in bytes."""
    return _status(pid, "VmHWM")


def reset_peak_memory(pid: int) -> None:
    """Reset the largest resident memory of a process."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = (one for one in lines if one.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024
