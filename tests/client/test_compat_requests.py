"""The requests of `heliograph.compat`, recorded by a server that refuses all of them."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import heliograph.compat as official
from heliograph.compat.exceptions import ApiTypeError
from heliograph.compat.rest import ApiException
from tests.loopback import LoopbackServer


class Recorder(LoopbackServer):
    """Records every request, and refuses it once `released` is set."""

    def __init__(self) -> None:
        super().__init__(Recording)
        self.released = threading.Event()
        self.requests: list[tuple[str, dict[str, str], bytes]] = []


class Recording(http.server.BaseHTTPRequestHandler):
    """Responds with 400 and a body that is not JSON."""

    server: Recorder

    def do_POST(self) -> None:
        """Record a request."""
        self.server.released.wait(10)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.requests.append((self.path, dict(self.headers), body))
        self.send_response(400)
        self.send_header("content-length", "4")
        self.end_headers()
        self.wfile.write(b"so \xff")

    do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """Do not log."""

    def handle(self) -> None:
        """Handle a connection, even if the client has closed it already."""
        with contextlib.suppress(ConnectionError):
            super().handle()


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """A server that responds immediately."""
    with Recorder() as made:
        made.released.set()
        yield made


@pytest.fixture
def recorded(recorder: Recorder) -> Iterator[official.ApiClient]:
    """A client of the recorder, without credentials."""
    with official.ApiClient(official.Configuration(recorder.url), "X-One", "1") as made:
        yield made


def test_a_call_that_takes_too_long_ends(recorder: Recorder, recorded: official.ApiClient) -> None:
    recorder.released.clear()
    api = official.AppsApi(recorded)
    # The response would take 10 seconds.
    for limit in (0.1, (9.0, 0.1), (9, 0.1)):
        with pytest.raises(ApiException, match="in time") as caught:
            api.create_app(official.AppCreateBody(display_name="App"), _request_timeout=limit)
        assert caught.value.status == 0
    recorder.released.set()


def test_requests_on_the_wire(recorder: Recorder, recorded: official.ApiClient) -> None:
    recorded.cookie = "a=b"
    recorded.user_agent = "tour/1"
    recorded.set_default_header("X-Two", "2")
    apps = official.AppsApi(recorded)
    with pytest.raises(official.BadRequestException) as refused:
        apps.create_app(official.AppCreateBody(display_name="Été"), _headers={"X-Three": "3"})
    assert (refused.value.data, refused.value.body) == (None, "so \ufffd")
    path, headers, body = recorder.requests.pop()
    assert (path, json.loads(body)) == ("/v2/apps", {"displayName": "Été"})
    ours = {"x-one": "1", "x-two": "2", "x-three": "3", "user-agent": "tour/1", "cookie": "a=b"}
    assert ours.items() <= headers.items()
    assert "authorization" not in headers


def test_arguments_in_paths_and_queries(recorder: Recorder, recorded: official.ApiClient) -> None:
    apps, attachments = official.AppsApi(recorded), official.AttachmentsApi(recorded)
    control, oauth = official.SwitchboardActionsApi(recorded), official.OAuthEndpointsApi(recorded)
    chosen = official.AppListFilter(service_account_id="s")
    upload = partial(attachments.upload_attachment, "a", "public", b"text")
    calls: dict[str, Callable[[], object]] = {
        "/v2/apps?page%5Bsize%5D=7&filter%5BserviceAccountId%5D=s": partial(
            apps.list_apps, official.Page(size=7), chosen
        ),
        "/v2/apps/a/attachments?access=public&for=message&conversationId=c": partial(
            upload, _for="message", conversation_id="c"
        ),
        "/v2/apps/a/attachments?access=public&for=message": partial(upload, "message"),
        "/oauth/authorize?client_id=c&response_type=code&state=s": partial(oauth.authorize, "c", "code", "s"),
        "/v2/apps/a%20b%2F%C3%A9/conversations/c/passControl": partial(
            control.pass_control, "a b/é", "c", official.PassControlBody(switchboard_integration="next")
        ),
    }
    for expected, call in calls.items():
        with pytest.raises(official.BadRequestException):
            call()
        assert recorder.requests.pop()[0] == expected
    with pytest.raises(ApiTypeError, match="_for"):
        apps.get_app("a", _for="message")


def test_tls_and_proxies_follow_the_configuration(tmp_path: Path) -> None:
    configuration = official.Configuration(host="https://host.invalid")
    assert configuration.http_client() is None
    configuration.verify_ssl = False
    configuration.proxy, configuration.proxy_headers = "http://127.0.0.1:1", {"Proxy-Authorization": "Basic YTpi"}
    with official.ApiClient(configuration) as api_client, pytest.raises(ApiException) as caught:
        official.AppsApi(api_client).get_app("x")
    assert caught.value.status == 0
    (tmp_path / "none.pem").write_text("no certificate")
    configuration.ssl_ca_cert = str(tmp_path / "none.pem")
    with pytest.raises(OSError, match=r"(?i)certificate|ssl|x509"):
        configuration.http_client()
