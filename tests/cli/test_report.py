"""`heliograph report`: one HTML file that runs no scripts and contains no secrets, even with hostile texts."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from heliograph.cli.report.collecting import Collected, collect
from heliograph.cli.report.page import ReportPage
from heliograph.local_sandboxes import Connection
from tests.api.endpoint import Endpoint
from tests.harness import Caller, Server, command, init, serving

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;\u202e\x1b[31m"
TAGS = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "table", "tr", "th", "td", "p", "br"}


class Reader(HTMLParser):
    """The tags, the attributes and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.policy = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the tag."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "meta" and ("http-equiv", "Content-Security-Policy") in attrs:
            self.policy = dict(attrs)["content"] or ""

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        self.text += data


def checked(page: str) -> Reader:
    """Assert that a page can neither run nor load anything; returns its parts."""
    found = Reader(page)
    assert found.tags <= TAGS
    assert found.attributes <= {"lang", "charset", "http-equiv", "content", "class"}
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert found.policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert "\x1b" not in page
    assert "\u202e" not in page
    return found


def test_hostile_texts_are_shown_as_text() -> None:
    attempt = {"number": 1, "startedAt": "now", "milliseconds": 3, "status": 500, "response": HOSTILE}
    delivery = {"status": "failed", "createdAt": HOSTILE, "eventType": HOSTILE, "eventId": "e", "webhookId": "w"}
    request = {
        "method": "GET",
        "path": f"/v2/users/{HOSTILE}",
        "operation": "GetUser",
        "status": 404,
        "errors": [HOSTILE],
    }
    collected = Collected([request, {}], [{**delivery, "attempts": [attempt]}], True, set())
    found = checked(ReportPage(()).render({"url": HOSTILE, HOSTILE: HOSTILE}, [HOSTILE], collected))
    assert found.text.count("<script>alert(1)</script>") == 9


def test_secrets_are_left_out() -> None:
    collected = Collected(None, [], False, set())
    page = ReportPage({"s3cret", "", "s3cret-longer"}).render({"url": "a s3cret-longer b s3cret"}, [], collected)
    assert "a [secret] b [secret]" in page
    assert "does not keep a log of requests" in page
    assert "not the newest" in page


@pytest.fixture
def endpoint() -> Any:
    """An endpoint that fails."""
    found = Endpoint()
    found.status = 400
    yield found
    found.close()


def test_a_report_of_an_app(server: Server, api: Caller, tmp_path: Path, endpoint: Endpoint) -> None:
    assert api.auth is not None
    body = {"type": "custom", "webhooks": [{"target": endpoint.url, "triggers": ["conversation:join"]}]}
    made = api.ok("POST", "/integrations", body)["integration"]
    (secret,) = [webhook["secret"] for webhook in made["webhooks"]]
    group = api.new_group()
    api.join(group, api.new_user("ada"))
    while not api.ok("GET", f"/heliograph/v1/apps/{api.app_id}/deliveries?filter[status]=failed")["deliveries"]:
        pass
    options = ("--app", api.app_id, "--key-id", api.auth[0], "--key-secret", api.auth[1], "--url", api.url)
    out = tmp_path / "report.html"
    done = command("report", "--out", str(out), *options)
    assert (done.returncode, done.stdout) == (0, f"wrote {out}\n"), done.stderr
    found = checked(out.read_text())
    assert "conversation:join" in found.text
    assert f"POST /v2/apps/{api.app_id}/conversations/{group}/joinJoinConversation201" in found.text
    assert re.search(r"1: \S+, \d+ ms, 400 so", found.text)
    assert api.auth[1] not in out.read_text()
    # An endpoint can repeat the secret of its webhook.
    assert collect(Connection(api.url, api.app_id, *api.auth)).secrets == {secret, api.auth[1]}


def test_a_report_of_a_server_that_is_down(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    done = command("report", "--out", str(out), "--url", "http://127.0.0.1:1")
    assert done.returncode == 0
    assert "Connection refused" in checked(out.read_text()).text


def test_a_report_without_a_key(server: Server, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    done = command("report", "--out", str(out), "--url", server.url, env={"XDG_RUNTIME_DIR": str(tmp_path)})
    assert done.returncode == 0
    assert "requests and deliveries are missing" in checked(out.read_text()).text


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    done = command("report", "--out", str(tmp_path / "no/report.html"), "--url", "http://127.0.0.1:1")
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_a_report_of_a_server_without_sandbox_tools(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db", "--sandbox-tools", "no") as server:
        sandbox = init(server.database_url)
        found = collect(Connection(server.url, sandbox.app_id, *sandbox.app_auth))
    assert (found.requests, found.deliveries, found.complete) == (None, [], True)
