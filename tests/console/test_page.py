"""The page of the console as the server sends it."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import httpx
import pytest

from tests.harness import Server, serving

pytestmark = pytest.mark.one_engine
ASSETS = Path(__file__).parents[2] / "src/heliograph/server/console/assets"
STRICT = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)


@pytest.mark.parametrize(
    "path", ["/console/", "/console/6b0899df4a80001834b45f9e/requests/1?status=4xx", "/console/a.b"]
)
def test_every_view_is_the_one_page(sandbox_server: Server, path: str) -> None:
    page = httpx.get(sandbox_server.url + path)
    assert page.status_code == 200
    assert '<base href="/console/">' in page.text
    policy = page.headers["content-security-policy"].split("; ")
    assert set(STRICT) <= set(policy)
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers


def assets_url(server: Server) -> str:
    """The URL of the assets that the page loads."""
    (found,) = set(re.findall(r'"(assets/[0-9a-f]+)/', httpx.get(f"{server.url}/console/").text))
    return f"{server.url}/console/{found}"


@pytest.mark.parametrize(
    "name", ["console.js", "chunk.js", "more.js", "console.css", "inter.woff2", "icon.svg", "LICENSES.txt"]
)
def test_assets_are_sent_with_their_types(sandbox_server: Server, name: str) -> None:
    asset = httpx.get(f"{assets_url(sandbox_server)}/{name}")
    assert asset.content == (ASSETS / name).read_bytes()
    assert asset.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in asset.headers["cache-control"]
    assert ("javascript" in asset.headers["content-type"]) == name.endswith(".js")


@pytest.mark.parametrize(
    ("names", "kilobytes"),
    [(("console.js", "chunk.js"), 90), (("more.js",), 30), (("console.css",), 12), (("inter.woff2",), 48)],
)
def test_assets_stay_small(names: tuple[str, ...], kilobytes: int) -> None:
    """The first two scripts are loaded at once, `more.js` when one of its screens is shown."""
    assert sum(len(gzip.compress((ASSETS / name).read_bytes(), 9)) for name in names) <= kilobytes * 1024


@pytest.mark.parametrize("path", ["BUILD", "..%2fpage.py", "%2e%2e/page.py", "none.js", "../000000000000/console.js"])
def test_other_files_are_not_sent(sandbox_server: Server, path: str) -> None:
    response = httpx.get(f"{assets_url(sandbox_server)}/{path}")
    assert response.status_code == 404 or response.text.startswith("<!doctype html>")
    assert "CONTENT_SECURITY_POLICY" not in response.text


def test_without_a_slash_the_page_redirects(sandbox_server: Server) -> None:
    response = httpx.get(f"{sandbox_server.url}/console")
    assert (response.status_code, response.headers["location"]) == (307, "/console/")


def test_the_base_has_the_root_path_and_the_prefix_of_a_proxy(tmp_path: Path) -> None:
    options = ("--root-path", "/sc", "--console", "yes", "--trusted-proxies", "127.0.0.1")
    with serving(tmp_path / "heliograph.db", *options) as server:
        assert '<base href="/sc/console/">' in httpx.get(f"{server.url}/console/").text
        headers = {"x-forwarded-prefix": '/chat"><script>'}
        assert (
            "<script>" not in httpx.get(f"{server.url}/console/", headers=headers).text.split("<base")[1].split(">")[0]
        )


def test_without_the_console_there_is_no_page(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db", "--console", "no") as server:
        for path in ("/console", "/console/", "/console/assets/0/console.js"):
            assert httpx.get(server.url + path).status_code == 404
