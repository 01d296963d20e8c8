"""The events of an app, from its server to a local endpoint: what `heliograph listen` does."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

import click
import httpx
import msgspec

from heliograph._version import __version__
from heliograph.errors import UsageError

_PAUSE_SECONDS = 1.0
_SILENCE_SECONDS = 45.0
_FORWARD_SECONDS = 20.0
_REMEMBERED = 10_000


def forward(stream: Stream, where: str, secret: str) -> None:
    """Post every event to `where`, as a webhook with this secret would, without end.

    Raises:
        UsageError: the server refuses.
    """
    with httpx.Client(timeout=_FORWARD_SECONDS, trust_env=False) as endpoint:
        for body in stream.calls():
            _forward(endpoint, where, secret, body)


def _forward(endpoint: httpx.Client, where: str, secret: str, body: bytes) -> None:
    event = msgspec.json.decode(body)["events"][0]
    headers = {
        "content-type": "application/json",
        "x-api-key": secret,
        "user-agent": f"heliograph/{__version__}",
        "x-heliograph-delivery": event["id"],
        "x-heliograph-attempt": "1",
    }
    try:
        answer = str(endpoint.post(where, content=body, headers=headers).status_code)
    except httpx.HTTPError as error:
        answer = str(error) or type(error).__name__
    click.echo(f"{event['createdAt']}  {event['type']:24}  {event['id']}  {answer}")


def _lines(answer: httpx.Response) -> Iterator[str]:
    """The lines of a stream. What else ends one for Python, such as U+2028, may stand in an event."""
    rest = b""
    for part in answer.iter_bytes():
        *lines, rest = (rest + part).split(b"\n")
        yield from (line.decode() for line in lines)


class Stream:
    """The stream of an app's events, taken up again wherever it broke off."""

    def __init__(self, app_id: str, since: str | None, options: dict[str, Any]) -> None:
        self.place = since
        self._url = f"{options['url'].rstrip('/')}/heliograph/v1/apps/{app_id}/events"
        self._auth = (options["key_id"], options["key_secret"])
        named = {
            "trigger": ",".join(options["triggers"]),
            "conversationId": options["conversation"],
            "includeFullUser": "true" if options["include_full_user"] else "",
        }
        self._query = {name: value for name, value in named.items() if value}
        self._told: OrderedDict[str, None] = OrderedDict()

    def calls(self) -> Iterator[bytes]:
        """The envelope of each event, once.

        Raises:
            UsageError: the server refuses.
        """
        timeout = httpx.Timeout(10, read=_SILENCE_SECONDS)
        with httpx.Client(auth=self._auth, timeout=timeout) as client:
            while True:
                try:
                    yield from self._once(client)
                except httpx.HTTPError as error:
                    click.echo(f"the server is not there, and is asked again: {error}", err=True)
                time.sleep(_PAUSE_SECONDS)

    def _once(self, client: httpx.Client) -> Iterator[bytes]:
        headers = {"last-event-id": self.place} if self.place else {}
        with client.stream("GET", self._url, params=self._query, headers=headers) as answer:
            if 400 <= answer.status_code < 500 and answer.status_code != 429:
                raise UsageError(f"the server refuses with {answer.status_code}: {answer.read().decode()[:200]}")
            answer.raise_for_status()
            place, data = "", ""
            for line in _lines(answer):
                name, _, value = line.partition(": ")
                if name == "id":
                    place = value
                elif name == "data":
                    data = value
                elif not line:
                    if data and self._is_new(data):
                        yield data.encode()
                    # Only what was forwarded is behind.
                    self.place, data = place or self.place, ""

    def _is_new(self, data: str) -> bool:
        id = msgspec.json.decode(data)["events"][0]["id"]
        if id in self._told:
            return False
        self._told[id] = None
        if len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        return True
