"""Pages outside the API: health, the OpenAPI document and its page, with and without a root path."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from heliograph.storage.migrations import schema
from tests.databases import transaction
from tests.harness import Caller, Server, error_of, serving

NOWHERE = [
    "/nothing", "/health", "/health/nothing", "/docs/nothing", "/docs/assets/nothing", "/docs/assets/", "/scenic",
    "/docs/assets/..%2F__init__.py", "/docs/assets/%2e%2e/pages.py", "/favicon.ico", "/sc2/v2/apps",
]  # fmt: skip
BOTH = pytest.mark.parametrize("prefix", ["", "/sc"])


def fetch(server: Server, path: str, method: str = "GET") -> httpx.Response:
    """Send a request without credentials; `path` begins at the root of the host."""
    origin = server.url.removesuffix("/sc")
    return httpx.request(method, origin + path, timeout=10)


@BOTH
@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health(other_server: Server, prefix: str, path: str) -> None:
    """200, without credentials, at the root and below the root path."""
    answer = fetch(other_server, prefix + path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"status": "ok"}
    assert re.fullmatch(r"[0-9a-f]{24}", answer.headers["x-request-id"])


def test_a_server_that_cannot_use_the_schema_any_more_is_not_ready(server: Server) -> None:
    """503 after a newer release has removed something that this release needs."""

    def require(version: int) -> None:
        with transaction(server.database_url) as query:
            query("UPDATE meta SET value = $1 WHERE name = 'least_version'", str(version))

    require(schema.latest() + 1)
    try:
        assert error_of(fetch(server, "/health/ready")) == (503, "service_unavailable", "Service unavailable")
        assert fetch(server, "/health/live").status_code == 200
    finally:
        require(schema.latest())
    assert fetch(server, "/health/ready").status_code == 200


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["/health/live", "/docs", "/docs/behaviour", "/openapi.json"])
def test_head(server: Server, path: str) -> None:
    """The headers of a GET without its body."""
    full, head = fetch(server, path), fetch(server, path, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == full.headers["content-length"]


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/docs", "/docs/behaviour", "/openapi.json"])
def test_wrong_method(server: Server, path: str) -> None:
    """405 in the form of the API's errors."""
    answer = fetch(server, path, "POST")
    assert error_of(answer) == (405, "method_not_allowed", "Method not allowed")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.one_engine
@pytest.mark.parametrize("path", NOWHERE)
def test_unknown_path(other_server: Server, path: str) -> None:
    """404 in the form of the API's errors."""
    answer = fetch(other_server, path)
    assert error_of(answer) == (404, "not_found", "Resource not found")
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.one_engine
@BOTH
def test_openapi(other_server: Server, prefix: str) -> None:
    """The document is OpenAPI 3.1, with both security schemes, and its server URL has the prefix of the request."""
    answer = fetch(other_server, f"{prefix}/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    document = answer.json()
    assert document["openapi"].startswith("3.1.")
    join = document["paths"]["/v2/apps/{appId}/conversations/{conversationId}/join"]["post"]
    assert join["operationId"] == "JoinConversation"
    assert set(document["components"]["securitySchemes"]) == {"basicAuth", "bearerAuth"}
    (listed,) = document["servers"]
    assert urlsplit(urljoin(f"http://host{prefix}/openapi.json", listed["url"])).path.rstrip("/") == prefix


@pytest.mark.one_engine
def test_foreign_scripts_do_not_run_on_the_reference_page(server: Server) -> None:
    """The page has the same origin as the console."""
    policy = fetch(server, "/docs").headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy)


@pytest.mark.one_engine
@BOTH
def test_docs(other_server: Server, prefix: str) -> None:
    """The page and all of its assets come from this server, so it works offline."""
    page = fetch(other_server, f"{prefix}/docs")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(r"(?:https?:)?//[\w.]", page.text)
    assets = re.findall(r'(?:href|src)="([^":]+)"', page.text)
    kinds = {".css": "css", ".js": "javascript"}
    assert len(assets) == 3
    for asset in assets:
        found = fetch(other_server, urljoin(f"{prefix}/docs", asset))
        assert found.status_code == 200
        assert kinds[asset[asset.rindex(".") :]] in found.headers["content-type"]
        assert found.content
    assert fetch(other_server, urljoin(f"{prefix}/docs", "openapi.json")).status_code == 200


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["/", "/sc/", "/sc"])
def test_the_root_of_a_sandbox_leads_to_the_console(other_server: Server, path: str) -> None:
    """The redirect has the root path of the request."""
    origin = other_server.url.removesuffix("/sc")
    answer = httpx.get(origin + path, timeout=10)
    assert answer.status_code == 307
    assert answer.headers["location"] == f"{other_server.url if path.startswith('/sc') else origin}/console/"
    page = httpx.get(answer.headers["location"], timeout=10)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.one_engine
@pytest.mark.parametrize("options", [("--sandbox-tools", "no"), ("--console", "no")])
def test_the_root_of_another_server_leads_to_the_docs(tmp_path: Path, options: tuple[str, str]) -> None:
    with serving(tmp_path / "heliograph.db", *options) as server:
        assert httpx.get(server.url, timeout=10).headers["location"] == f"{server.url}/docs"


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["/docs/", "/sc/docs/"])
def test_redirects_to_the_docs(other_server: Server, path: str) -> None:
    """The redirect keeps the root path."""
    origin = other_server.url.removesuffix("/sc")
    answer = httpx.get(origin + path, follow_redirects=True, timeout=10)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.url.path == ("/sc/docs" if path.startswith("/sc") else "/docs")


def test_api_under_a_root_path(other: Caller, other_server: Server) -> None:
    """The API is served at /v2 and at /sc/v2, also with repeated slashes, and nowhere else."""
    assert other_server.url.endswith("/sc")
    origin, path = other_server.url.removesuffix("/sc"), f"/v2/apps/{other.app_id}"
    answers = [other.http.get(origin + where + path, auth=other.auth) for where in ("", "/sc", "/sc/", "/")]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert [answer.json() for answer in answers] == [answers[0].json()] * 4
    for where in ("/sc/sc", "/other", "/SC"):
        answer = other.http.get(origin + where + path, auth=other.auth)
        assert error_of(answer) == (404, "not_found", "Resource not found")


def test_no_root_path_by_default(api: Caller) -> None:
    """Without the setting, /sc is unknown."""
    answer = api.http.get(f"{api.url}/sc/v2/apps/{api.app_id}", auth=api.auth)
    assert error_of(answer) == (404, "not_found", "Resource not found")
