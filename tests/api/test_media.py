"""The setting `fetch_media`: the server fetches the files of other servers that messages show."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.end_users import EndUser
from tests.api.files import GIF, PNG, uploaded
from tests.databases import new_database
from tests.harness import Caller, Server, error_of, init, new_app, serving, titles_of
from tests.loopback import LoopbackServer

PROGRAM = b"MZ" + bytes(200)
FILES = {"/lamp.png": PNG, "/image.php": GIF, "/tide.csv": b"time,level\n", "/setup.png": PROGRAM, "/page.html": b"<p>"}


class FileServer(LoopbackServer):
    """Serves FILES without their media types, and `/late.png` once `ready` is set."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.asked = threading.Event()
        self.ready = threading.Event()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: FileServer

    def do_GET(self) -> None:
        if self.path == "/late.png":
            self.server.asked.set()
            self.server.ready.wait(20)
        body = FILES.get(self.path.partition("?")[0].replace("late", "lamp"))
        self.send_response(404 if body is None else 200)
        self.send_header("content-length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def fetching(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that fetches media, from loopback addresses too."""
    options = ["--fetch-media", "--webhook-allowed-networks", "loopback"]
    with serving(new_database(engine, tmp_path_factory.mktemp("fetching")), *options) as server:
        yield server


@pytest.fixture
def owner(fetching: Server) -> Iterator[Caller]:
    """A caller with the account key of that server."""
    caller = Caller(fetching.url, init(fetching.database_url).account_auth)
    yield caller
    caller.http.close()


@pytest.fixture
def app(owner: Caller) -> Caller:
    """A caller with the key of a fresh app of that server."""
    return new_app(owner)


@pytest.fixture
def files() -> Iterator[FileServer]:
    """A file server of the test."""
    with FileServer() as server:
        yield server
        server.ready.set()


def post(api: Caller, conversation: str, content: Any) -> httpx.Response:
    """Post a message of the business with this content."""
    body = {"author": {"type": "business"}, "content": content}
    return api("POST", f"/conversations/{conversation}/messages", body)


def item(url: str, **more: Any) -> dict[str, Any]:
    """An item that shows a picture."""
    action = {"type": "link", "text": "Open", "uri": "https://example.org"}
    return {"title": "Lamp", "mediaUrl": url, "actions": [action], **more}


def test_messages_show_the_type_and_size_of_files(app: Caller, files: FileServer) -> None:
    """messages.21"""
    group = app.new_group()
    for path, media_type in (
        ("/lamp.png", "image/png"), ("/lamp.png?x=1", "image/png"), ("/image.php", "image/gif"),
        ("/tide.csv", "text/csv"),
    ):  # fmt: skip
        url = files.url + path
        (message,) = post(app, group, {"type": "file", "mediaUrl": url}).json()["messages"]
        shown, size = message["content"], len(FILES[path.partition("?")[0]])
        assert (shown["mediaUrl"], shown["mediaType"], shown["mediaSize"]) == (url, media_type, size)
    carousel = {
        "type": "carousel",
        "items": [item(files.url + "/lamp.png", mediaType="image/jpeg"), item(uploaded(app))],
    }
    (message,) = post(app, group, carousel).json()["messages"]
    assert [one["mediaType"] for one in message["content"]["items"]] == ["image/png", "image/png"]
    user = EndUser(app)
    act = {"type": "message", "content": {"type": "image", "mediaUrl": files.url + "/image.php"}}
    (message,) = user.act(user.begin()["id"], act).json()["messages"]
    assert message["content"]["mediaType"] == "image/gif"


def test_files_that_cannot_be_read_or_shown_are_refused(app: Caller, files: FileServer) -> None:
    """messages.21"""
    group = app.new_group()
    for url, title in (
        (files.url + "/gone.png", "cannot be read: status 404"),
        (files.url + "/setup.png", "cannot be shown: File rejected. File type not allowed"),
        (files.url + "/page.html", "cannot be shown: File rejected. File extension not allowed"),
        ("http://10.0.0.1/lamp.png", "cannot be read: 10.0.0.1 is not a public address"),
        ("data:image/png;base64,iVBORw0KGgo=", "cannot be read: its scheme is neither http nor https"),
    ):
        answer = post(app, group, {"type": "image", "mediaUrl": url})
        assert error_of(answer) == (400, "bad_request", f"content.mediaUrl {title}")
    several = [item(files.url + path) for path in ("/gone.png", "/lamp.png", "/setup.png", "/gone.png")]
    assert titles_of(post(app, group, {"type": "list", "items": several})) == [
        "content.items[0].mediaUrl cannot be read: status 404",
        "content.items[2].mediaUrl cannot be shown: File rejected. File type not allowed",
    ]
    user = EndUser(app)
    act = {"type": "message", "content": {"type": "image", "mediaUrl": files.url + "/gone.png"}}
    assert user.act(user.begin()["id"], act).status_code == 400
    assert app.ok("GET", f"/conversations/{group}/messages")["messages"] == []


def test_a_slow_file_delays_its_own_message_only(owner: Caller, app: Caller, files: FileServer) -> None:
    """No transaction is open while the file is read, and a key that was revoked in the meantime posts nothing."""
    group = app.new_group(app.new_user())
    second = Caller(app.url, app.auth, app.app_id)
    late = {"type": "image", "mediaUrl": files.url + "/late.png"}
    with ThreadPoolExecutor(1) as pool:
        posting = pool.submit(post, second, group, late)
        assert files.asked.wait(20)
        app.say(group, "Hi")
        app.join(group, app.new_user())
        assert not posting.done()
        files.ready.set()
        assert posting.result(20).status_code == 201
        listed = app.ok("GET", f"/conversations/{group}/messages")["messages"]
        assert [one["content"]["type"] for one in listed] == ["text", "image"]
        files.asked.clear()
        files.ready.clear()
        posting = pool.submit(post, second, group, late)
        assert files.asked.wait(20)
        assert app.auth is not None
        owner.ok("DELETE", f"/v2/apps/{app.app_id}/keys/{app.auth[0]}")
        files.ready.set()
        assert posting.result(20).status_code == 401
    second.http.close()


def test_without_the_setting_nothing_is_fetched(api: Caller, files: FileServer) -> None:
    """messages.21"""
    (message,) = post(api, api.new_group(), {"type": "image", "mediaUrl": files.url + "/late.png"}).json()["messages"]
    assert {"mediaType", "mediaSize"}.isdisjoint(message["content"])
    assert not files.asked.is_set()
