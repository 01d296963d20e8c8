"""A small stand-in for the hosted service: the lists and objects that an import reads, its form of ids, and faults."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.loopback import LoopbackServer

APP = "5f1a2b3c4d5e6f7a8b9c0d1e"
KEY = ("app_5f1a2b3c4d5e6f7a8b9c0d1f", "a-secret-of-the-source")
MARCH = 0x67C8A000
_MOST = 2
"""The page size, so that lists have several pages although callers ask for up to 100 records."""
_MESSAGES = 100
LARGE = 17 << 20

Shown = dict[str, Any]


class Hosted:
    """An app of the hosted service, served at `url`.

    Every third request, or one in `fault_every`, gets the next of the `faults` instead of a response. After
    `hold_after` requests, the next ones wait for `release`.
    """

    def __init__(self) -> None:
        self.users: dict[str, Shown] = {}
        self.clients: dict[str, list[Shown]] = {}
        self.devices: dict[str, list[Shown]] = {}
        self.conversations: dict[str, Shown] = {}
        self.participants: dict[str, list[Shown]] = {}
        self.messages: dict[str, list[Shown]] = {}
        self.requests: list[str] = []
        self.faults: Iterator[str] | None = None
        self.fault_every = 3
        self.hold_after: int | None = None
        self.held, self.release = threading.Event(), threading.Event()
        self.deleted_when_listed: set[str] = set()
        self._number = itertools.count()
        self._lock = threading.Lock()
        self._server = LoopbackServer(_handler(self))
        self.url = self._server.url

    def close(self) -> None:
        """Stop serving."""
        self.release.set()
        self._server.server_close()

    def new_id(self, seconds: int | None = None) -> str:
        """An id: a time in seconds, and then arbitrary bytes."""
        number = next(self._number)
        return f"{MARCH + number if seconds is None else seconds:08x}80e2647cbb{number * 0x9E37 % (1 << 24):06x}"

    def add_user(self, external_id: str | None = None, **fields: Any) -> str:
        """Add a user with an SDK client; returns the id."""
        id = self.new_id()
        user = {
            "id": id,
            "signedUpAt": _time(len(self.users)),
            "hasPaymentInfo": False,
            "identities": [],
            "profile": {"locale": "en", "localeOrigin": "account"},
            "metadata": {},
            **fields,
        }
        self.users[id] = user if external_id is None else {**user, "externalId": external_id}
        self.clients[id] = [{"id": self.new_id(), "type": "sdk", "status": "active", "lastSeen": _time(1)}]
        self.devices[id] = []
        return id

    def add_conversation(self, *user_ids: str, **fields: Any) -> str:
        """Add a conversation; returns the id. Old conversations have random ids, which are given as `id`."""
        id = fields.pop("id", None) or self.new_id()
        shown = {"id": id, "type": "sdkGroup", "isDefault": False, "lastUpdatedAt": _time(2), "createdAt": _time(2)}
        self.conversations[id] = {**shown, **fields}
        self.participants[id], self.messages[id] = [], []
        for user_id in user_ids:
            self.join(id, user_id)
        return id

    def join(self, conversation_id: str, user_id: str) -> Shown:
        """Add a participant; returns it."""
        associations = [{"type": "sdk", "clientId": self.clients[user_id][0]["id"]}]
        shown = {"id": self.new_id(), "userId": user_id, "unreadCount": 0, "clientAssociations": associations}
        if "externalId" in self.users[user_id]:
            shown["userExternalId"] = self.users[user_id]["externalId"]
        self.participants[conversation_id].append(shown)
        return shown

    def leave(self, conversation_id: str, user_id: str) -> None:
        """Remove a participant."""
        self.participants[conversation_id] = [
            one for one in self.participants[conversation_id] if one["userId"] != user_id
        ]

    def say(self, conversation_id: str, text: str, **fields: Any) -> Shown:
        """Add a message of the business; returns it."""
        number = next(self._number)
        shown = {
            "id": self.new_id(),
            "received": _time(1000 + number),
            "author": {"type": "business", "avatarUrl": "https://example.org/a.png"},
            "content": {"type": "text", "text": text},
            "source": {"type": "zd:agentWorkspace"},
            **fields,
        }
        self.messages[conversation_id].append(shown)
        self.conversations[conversation_id]["lastUpdatedAt"] = shown["received"]
        for participant in self.participants[conversation_id]:
            participant["unreadCount"] += 1
        return shown

    def read(self, conversation_id: str, user_id: str) -> None:
        """Mark everything as read by a user."""
        for participant in self.participants[conversation_id]:
            if participant["userId"] == user_id:
                participant["unreadCount"] = 0
                participant["lastRead"] = self.messages[conversation_id][-1]["received"]

    def fault(self) -> str | None:
        """The fault of this request, or None if it gets a response."""
        with self._lock:
            number = len(self.requests)
            if self.hold_after is not None and number > self.hold_after:
                self.held.set()
            elif self.faults is not None and number % self.fault_every == 0:
                return next(self.faults)
        if self.held.is_set():
            self.release.wait(30)
        return None

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        """The status and the JSON of the response to a GET."""
        found = re.fullmatch(rf"/v2/apps/{APP}(?:/(users|conversations)(?:/([^/]+)(?:/(\w+))?)?)?", path)
        if found is None:
            return _error(404, "not_found", "Not found")
        kind, name, below = found.groups()
        if kind is None:
            return 200, {"app": {"id": APP, "displayName": "Hosted", "settings": {}}}
        if kind == "users":
            return self._of_user(unquote(name or ""), below, query)
        if name is None:
            return self._conversations_of(query)
        if name not in self.conversations:
            return _error(404, "conversation_not_found", "Conversation not found")
        if below is None:
            return 200, {"conversation": self.conversations[name]}
        lists = {"participants": self.participants, "messages": self.messages}
        return 200, _page(below, lists[below][name], query)

    def _of_user(self, name: str, below: str | None, query: dict[str, list[str]]) -> tuple[int, Any]:
        ids = [one["id"] for one in self.users.values() if name in (one["id"], one.get("externalId"))]
        if not ids:
            return _error(404, "user_not_found", "User not found")
        if below == "devices":
            return 200, {"devices": self.devices[ids[0]]}
        if below == "clients":
            return 200, _page(below, self.clients[ids[0]], query)
        shown = self.users[ids[0]]
        if ids[0] in self.deleted_when_listed:
            del self.users[ids[0]]
        return 200, {"user": shown}

    def _conversations_of(self, query: dict[str, list[str]]) -> tuple[int, Any]:
        user_id = query["filter[userId]"][0]
        if user_id not in self.users:
            return _error(404, "user_not_found", "User not found")
        found = [
            shown
            for id, shown in self.conversations.items()
            if any(one["userId"] == user_id for one in self.participants[id])
        ]
        page = _page("conversations", found, query)
        for shown in page["conversations"]:
            if shown["id"] in self.deleted_when_listed:
                del self.conversations[shown["id"]]
        return 200, page


def _time(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.417Z", time.gmtime(MARCH + seconds))


def _error(status: int, code: str, title: str) -> tuple[int, Any]:
    return status, {"errors": [{"code": code, "title": title}]}


def _page(name: str, records: list[Shown], query: dict[str, list[str]]) -> Any:
    ordered = sorted(records, key=lambda one: one["id"])
    size = _MESSAGES if name == "messages" else min(_MOST, int(query["page[size]"][0]))
    after = query.get("page[after]", [None])[0]
    if after is None and name == "messages":
        page, more = ordered[-size:], len(ordered) > size
    else:
        rest = [one for one in ordered if one["id"] > (after or "")]
        page, more = rest[:size], len(rest) > size
    meta: Shown = {"hasMore": more}
    if more:
        meta |= {"afterCursor": page[-1]["id"], "beforeCursor": page[0]["id"]}
    return {name: page, "meta": meta}


def _handler(hosted: Hosted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        last_page: tuple[int, Any] = (200, {})

        def do_GET(self) -> None:
            target = urlsplit(self.path)
            hosted.requests.append(self.path)
            given = base64.b64decode(self.headers.get("authorization", "").partition(" ")[2])
            if given != ":".join(KEY).encode():
                return self._send(*_error(401, "unauthorized", "Authorization is required"))
            fault = hosted.fault()
            status, body = hosted.answer(target.path, parse_qs(target.query))
            match fault:
                case "429":
                    return self._send(429, {"errors": []}, {"Retry-After": "0"})
                case "hours":
                    return self._send(429, {"errors": []}, {"Retry-After": "10800"})
                case "large":
                    return self._send(200, body, padding=b" " * LARGE)
                case "compressed":
                    return self._send(200, body, {"Content-Encoding": "gzip"})
                case "500" | "503":
                    return self._send(int(fault), "<html>Sorry</html>")
                case "cut":
                    self._send(status, body, cut=True)
                    self.close_connection = True
                    return None
                case "again" if "afterCursor" in body.get("meta", {}):
                    body["meta"]["afterCursor"] = parse_qs(target.query).get("page[after]", ["0" * 24])[0]
                case "html":
                    return self._send(200, "<html>Maintenance</html>")
            return self._send(status, body)

        def _send(
            self,
            status: int,
            body: Any,
            headers: dict[str, str] | None = None,
            *,
            cut: bool = False,
            padding: bytes = b"",
        ) -> None:
            content = (body if isinstance(body, str) else json.dumps(body)).encode() + padding
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the import was killed
                self.wfile.write(content[: len(content) // 2] if cut else content)

        def log_message(self, format: str, *args: Any) -> None:
            """Do not log."""

    return Handler
