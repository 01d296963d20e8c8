"""Runs an S3 server in a process of its own, and reads its bucket."""

from __future__ import annotations

import subprocess
import sys
import time
from types import TracebackType
from xml.etree import ElementTree

import httpx

NAME = "files"
_SECONDS = 30
_PROGRAM = """
import logging
from werkzeug.serving import make_server
from moto.server import DomainDispatcherApplication, create_backend_app
logging.getLogger("werkzeug").disabled = True
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
"""


class Bucket:
    """An empty bucket. Requests to moto need no valid signature."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", _PROGRAM]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        self._request("PUT", "").raise_for_status()

    def stop(self) -> None:
        """Stop the server."""
        self._process.kill()
        self._process.wait(_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Bucket:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables with which a server uses the bucket."""
        return {
            "AWS_ACCESS_KEY_ID": "id",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT": self.url,
            "AWS_ALLOW_HTTP": "true",
        }

    def objects(self) -> dict[str, int]:
        """The size of each object by its key."""
        tree = self._xml("?list-type=2")
        return {_text(one, "Key"): int(_text(one, "Size")) for one in tree.iter() if one.tag.endswith("Contents")}

    def uploads(self) -> list[str]:
        """The keys of the multipart uploads that are not complete."""
        return [_text(one, "Key") for one in self._xml("?uploads").iter() if one.tag.endswith("}Upload")]

    def wait_for(self, objects: int, uploads: int) -> None:
        """Wait until the bucket has this many objects and unfinished uploads."""
        deadline = time.monotonic() + _SECONDS
        while (len(self.objects()), len(self.uploads())) != (objects, uploads):
            assert time.monotonic() < deadline, (self.objects(), self.uploads())
            time.sleep(0.05)

    def _xml(self, query: str) -> ElementTree.Element:
        return ElementTree.fromstring(self._request("GET", query).raise_for_status().text)

    def _request(self, method: str, query: str) -> httpx.Response:
        signed = "AWS4-HMAC-SHA256 Credential=id/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
        return httpx.request(method, f"{self.url}/{NAME}{query}", headers={"authorization": signed}, timeout=_SECONDS)


def _text(element: ElementTree.Element, name: str) -> str:
    found = next(child for child in element if child.tag.endswith(f"}}{name}"))
    assert found.text is not None
    return found.text
