"""The most expensive requests that the server accepts, sent by a separate process.

`python -m tests.proofs.worst URL APP_ID KEY_ID SECRET CONVERSATION KIND…` sends requests of these kinds in turn, each
at least once, until its standard input ends.
"""

from __future__ import annotations

import base64
import http.client
import itertools
import json
import select
import sys
from dataclasses import dataclass, field
from urllib.parse import urlsplit

REQUESTS_PER_SECOND = 5.0


@dataclass(frozen=True)
class Request:
    """A request of the tenant; `path` is below the app."""

    path: str
    body: bytes = b""
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)


def compact(value: object) -> bytes:
    """JSON without whitespace."""
    return json.dumps(value, separators=(",", ":")).encode()


def message(conversation: str, content: object) -> Request:
    """A message of the business."""
    return Request(
        f"/conversations/{conversation}/messages", compact({"author": {"type": "business"}, "content": content})
    )


def worst(conversation: str) -> dict[str, Request]:
    """The most expensive requests, by kind."""
    link = {"type": "link", "text": "a", "uri": "http://a.invalid/"}
    members = {**dict.fromkeys(map(str, range(9_000)), 1), "": []}
    nested = b"[" * 190 + b"]" * 190
    token = ".".join(["a" * 2_000] * 3)
    return {
        "invalid metadata": Request("/users", compact({"metadata": members})),
        "lone surrogates": Request("/users", b'{"profile":{"givenName":"' + b"\\ud83d" * 16_500 + b'"}}'),
        "nested arrays": Request("/users", b'{"metadata":[' + b",".join([nested] * 260) + b"]}"),
        "strings and brackets": Request("/users", b'{"metadata":[' + b",".join([b'"",{}'] * 16_000) + b"]}"),
        "actions": message(conversation, {"type": "text", "text": "a", "actions": [link] * 1_800}),
        "Markdown": message(conversation, {"type": "text", "markdownText": ("- a\n" * 1_024)[:4_095]}),
        "HTML": message(conversation, {"type": "text", "htmlText": ("<a b='<b>" * 512)[:4_095]}),
        "digits": message(
            conversation, {"type": "image", "mediaUrl": "https://a.invalid/", "text": ("123 " * 6 + "1x") * 3_400}
        ),
        "a long path": Request("/users/" + "%41" * 2_700, method="GET"),
        "a long query": Request(f"/conversations?filter[userId]={'%41' * 2_700}", method="GET"),
        "many headers": Request("/users", b"{}", headers={f"x-{number}": "a" * 100 for number in range(90)}),
        "a long token": Request("/users", b"{}", headers={"authorization": f"Bearer {token}"}),
        "forwarded": Request("/users", b"{}", headers={"forwarded": "for=1.2.3.4;host=a," * 400}),
    }  # fmt: skip


class Sender:
    """Sends requests as one app."""

    def __init__(self, url: str, app_id: str, auth: tuple[str, str]) -> None:
        server = urlsplit(url)
        basic = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        self._headers = {"authorization": basic, "content-type": "application/json"}
        self._app = f"/v2/apps/{app_id}"
        self._connection = http.client.HTTPConnection(server.hostname or "", server.port, timeout=30)

    def send(self, request: Request) -> int:
        """Send a request; returns the status code."""
        headers = {**self._headers, **request.headers}
        self._connection.request(request.method, self._app + request.path, request.body or None, headers)
        response = self._connection.getresponse()
        response.read()
        return response.status


def main() -> None:
    """Run the command; prints the distinct status codes of the responses."""
    url, app_id, key_id, secret, conversation, *kinds = sys.argv[1:]
    sender = Sender(url, app_id, (key_id, secret))
    requests = [worst(conversation)[kind] for kind in kinds]
    seen: set[int] = set()
    for number, request in enumerate(itertools.cycle(requests), start=1):
        seen.add(sender.send(request))
        if select.select([sys.stdin], [], [], 1 / REQUESTS_PER_SECOND)[0] and number >= len(requests):
            break
    sys.stdout.write(" ".join(map(str, sorted(seen))))


if __name__ == "__main__":
    main()
