"""The server's own URL in links, redirects and the OpenAPI document is the one that clients use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from heliograph.cli.main import main
from tests.harness import Caller, Server, init, serving
from tests.security.calls import basic
from tests.waiting import until

pytestmark = pytest.mark.one_engine

PROXY, STRANGER = "127.0.0.1", "127.0.0.2"
"""Two addresses of this machine. The servers trust the first."""
TRUSTED = f"{PROXY}, 10.0.0.0/8, 2001:db8::/32, unix:"
Headers = list[tuple[str, str]]


class Site:
    """A server with a group of two users, and requests that show the server's own URL."""

    def __init__(self, server: Server) -> None:
        sandbox = init(server.database_url)
        self.server = server
        self.host = server.url.split("/")[2]
        self.connections: dict[str, HTTPConnection] = {}
        self.api = Caller(f"http://{self.host}", sandbox.app_auth, sandbox.app_id)
        self.list = f"/v2/apps/{sandbox.app_id}/conversations/{self.api.new_group(*self.new_users())}/participants"

    def new_users(self) -> list[str]:
        return [self.api.new_user() for _ in range(2)]

    def get(self, path: str, headers: Headers, peer: str = PROXY) -> tuple[Any, bytes]:
        """Send a GET with any headers from this address; returns the response and its body."""
        assert self.api.auth is not None
        if peer not in self.connections:
            name, port = self.host.split(":")
            self.connections[peer] = HTTPConnection(name, int(port), source_address=(peer, 0), timeout=30)
        connection = self.connections[peer]
        connection.putrequest("GET", path, skip_host=any(name == "Host" for name, _ in headers))
        for name, value in [*headers, ("Authorization", basic(*self.api.auth))]:
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders()
        answer = connection.getresponse()
        return answer, answer.read()

    def bases(self, headers: Headers, peer: str = PROXY, prefix: str = "") -> set[str]:
        """The server's URL, from every response that contains it."""
        answer, body = self.get(f"{prefix}{self.list}?page[size]=1", headers, peer)
        assert answer.status == 200
        next_page = json.loads(body)["links"]["next"]
        assert f"{self.list}?page[after]=" in next_page
        # A regular expression, because parsing the document takes longer than everything else here.
        servers = re.search(rb'"servers":(\[\{.*?\}\])', self.get(f"{prefix}/openapi.json", headers, peer)[1])
        assert servers
        (listed,) = json.loads(servers[1])
        redirects = [self.get(prefix + path, headers, peer)[0].headers["location"] for path in ("/", "/docs/")]
        roots = [re.sub(r"/(docs|console/)\Z", "", one) for one in redirects]
        return {next_page.partition(self.list)[0], listed["url"], *roots}

    def close(self) -> None:
        """Close the connections."""
        self.api.http.close()
        for connection in self.connections.values():
            connection.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that trusts some proxies, and logs JSON."""
    options = ("--root-path", "/sc", "--trusted-proxies", TRUSTED, "--log-format", "json")
    with serving(tmp_path_factory.mktemp("links") / "heliograph.db", *options) as server:
        site = Site(server)
        yield site
        site.close()


NAMED = ("X-Forwarded-Host", "chat.example.com")
SECURE = ("X-Forwarded-Proto", "https")
CHAT = "https://chat.example.com"
# The headers of a trusted proxy, and the resulting URL. HOST stands for the address of the server.
BELIEVED: list[tuple[Headers, str]] = [
    ([], "http://HOST"),
    ([("Host", "chat.example.com")], "http://chat.example.com"),
    ([("Host", "chat.example.com:80")], "http://chat.example.com"),
    ([NAMED, SECURE], CHAT),
    ([NAMED, SECURE, ("X-Forwarded-Port", "443")], CHAT),
    ([NAMED, SECURE, ("X-Forwarded-Port", "8443")], f"{CHAT}:8443"),
    ([NAMED, ("X-Forwarded-Port", "443")], "http://chat.example.com:443"),
    ([("X-Forwarded-Host", "chat.example.com:9443"), SECURE, ("X-Forwarded-Port", "443")], f"{CHAT}:9443"),
    ([("Host", "chat.example.com:8080"), SECURE, ("X-Forwarded-Port", "443")], CHAT),
    ([NAMED, ("X-Forwarded-Proto", "HTTPS"), ("X-Forwarded-Prefix", "/chat/")], f"{CHAT}/chat"),
    ([NAMED, SECURE, ("X-Forwarded-Prefix", "/a/b-c/%7Ed")], f"{CHAT}/a/b-c/%7Ed"),
    ([NAMED, SECURE, ("X-Forwarded-Prefix", "/")], CHAT),
    ([("X-Forwarded-Host", "[2001:DB8::0:1]:8443"), SECURE], "https://[2001:db8::1]:8443"),
    # A proxy that appends its values, in the same header or in another one: the caller's values come first.
    ([("X-Forwarded-Host", "evil, chat.example.com"), ("X-Forwarded-Proto", "ftp, https")], CHAT),
    ([("X-Forwarded-Host", "evil"), NAMED, ("X-Forwarded-Proto", "http"), SECURE], CHAT),
    ([("X-Forwarded-For", "evil, 10.1.1.1"), NAMED, SECURE], CHAT),
    ([("Forwarded", "for=192.0.2.1;host=chat.example.com;proto=https")], CHAT),
    ([("Forwarded", 'For="[2001:db8::1]:4711" ; Host="chat.example.com:8443";;Proto=HTTPS;by=x')], f"{CHAT}:8443"),
    ([("Forwarded", "for=192.0.2.1;host=chat.example.com:8443;proto=https")], f"{CHAT}:8443"),
    ([("Forwarded", r'host="ch\at.example.com";proto="https"')], CHAT),
    # Two trusted proxies in a row: the values of the outer one apply. Earlier values are the caller's.
    ([("Forwarded", f"host=evil, for=192.0.2.1;host={NAMED[1]};proto=https, for=10.1.1.1;host=in;proto=http")], CHAT),
    ([("Forwarded", "host=evil;proto=http"), ("Forwarded", f"for=192.0.2.1;host={NAMED[1]};proto=https")], CHAT),
    ([("Forwarded", f"for=192.0.2.1, for=10.1.1.1;host={NAMED[1]};proto=https")], CHAT),
    ([("Forwarded", f'host=evil, for=_x;host={NAMED[1]};proto=https, for="unix:"')], CHAT),
    ([("Forwarded", f"host=evil, for=unknown;host={NAMED[1]};proto=https, for=10.1.1.1:80")], CHAT),
    # With both kinds of headers, the caller may have sent one of them.
    ([NAMED, SECURE, ("Forwarded", "host=evil;proto=http")], CHAT),
    ([SECURE, ("Host", NAMED[1]), ("Forwarded", "host=evil")], CHAT),
]  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "/sc"])
def test_headers_of_trusted_proxies_are_used(site: Site, prefix: str) -> None:
    for headers, expected in BELIEVED:
        url = expected.replace("HOST", site.host) + prefix
        assert site.bases(headers, prefix=prefix) == {url}, headers


def test_invalid_hosts_and_prefixes_are_ignored(site: Site) -> None:
    hosts = [
        "", " ", "a b", "a,", "user@host", "user:pw@host", "host/path", "host?q", "host#f", "host\\x", '"><script>',
        "ho'st", "../..", ".", "-", "host:x", "host:0", "host:65536", "host:-1", "host:80:80", "[::1", "::1", "[::g]",
        "[v1.x]", "[fe80::1%25eth0]", "ex%61mple", "h\u00f6st", "\u0661.example", "x" * 256, "host\x80", "{host}",
        "a&b",
    ]  # fmt: skip
    for host in hosts:
        raw = host.encode().decode("latin-1")
        assert site.bases([("Host", raw)]) == {f"http://{site.host}"}, host
        assert site.bases([("X-Forwarded-Host", raw)]) == {f"http://{site.host}"}, host
        quoted = raw.replace("\\", "\\\\").replace('"', '\\"')
        assert site.bases([("Forwarded", f'host="{quoted}"')]) == {f"http://{site.host}"}, host
    for proto in ("", "ftp", "javascript", "https:", "https://evil", "ws", "httpss", "http\x80", "https;"):
        for name in ("X-Forwarded-Proto", "Forwarded"):
            value = proto if name != "Forwarded" else f'proto="{proto}"'
            assert site.bases([(name, value)]) == {f"http://{site.host}"}, proto
    for port in ("", "0", "65536", "-1", "x", "4 3", "\u00b2", "443/x", "9" * 5000):
        assert site.bases([NAMED, ("X-Forwarded-Port", port)]) == {"http://chat.example.com"}, port
    for prefix in ("sc", "//evil", "/a//b", "/a?b", "/a#b", "/a b", "/..", "/a/../b", "/./a", "/%", '/"', "/<",
                   "/\\evil",                    "https://evil", "/a/" + "x" * 300, "/\u00e9"):  # fmt: skip
        assert site.bases([NAMED, ("X-Forwarded-Prefix", prefix)]) == {"http://chat.example.com"}, prefix


def test_an_invalid_forwarded_header_is_ignored(site: Site) -> None:
    for value in (
        'for="x;host=evil, for=192.0.2.1;host=chat.example.com', 'host=evil"', "host=a;host=b", "host", "=evil",
        "host=evil evil", 'host="evil"x', "host=evil;" * 1000, "host=evil," + "for=10.1.1.1," * 40, "host\x80=evil",
    ):  # fmt: skip
        assert site.bases([("Forwarded", value)]) == {f"http://{site.host}"}, value


def test_headers_of_other_clients_are_ignored(site: Site) -> None:
    for headers, _ in BELIEVED:
        if any(name != "Host" for name, _ in headers):
            forwarded = [(name, value) for name, value in headers if name != "Host"]
            assert site.bases(forwarded, STRANGER) == {f"http://{site.host}"}, headers


def clients(site: Site, sent: list[tuple[Headers, str]]) -> list[str | None]:
    """The client addresses in the log, for requests whose credential is refused."""
    for number, (headers, peer) in enumerate(sent):
        # An unknown app with a valid key: 403.
        site.get("/v2/apps/x", [*headers, ("X-Request-Id", f"client-{number}")], peer)

    def logged() -> dict[str, Any]:
        lines = [json.loads(line) for line in site.server.log]
        return {line["request_id"]: line.get("client") for line in lines if "reason" in line}

    until(lambda: len(logged()) == len(sent))
    found = logged()
    return [found[f"client-{number}"] for number in range(len(sent))]


def test_the_client_is_the_last_address_that_is_not_a_proxy(site: Site) -> None:
    cases: list[tuple[Headers, str, str | None]] = [
        ([], PROXY, PROXY),
        ([], STRANGER, STRANGER),
        ([("X-Forwarded-For", "192.0.2.1")], STRANGER, STRANGER),
        ([("X-Forwarded-For", "192.0.2.1")], PROXY, "192.0.2.1"),
        ([("X-Forwarded-For", "6.6.6.6, 192.0.2.1:4711, 10.1.1.1,127.0.0.1")], PROXY, "192.0.2.1"),
        ([("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-For", "10.1.1.1")],
         PROXY, "192.0.2.1"),
        ([("X-Forwarded-For", "[2001:db9::1]:80, ::ffff:10.1.1.1, 2001:db8::1")], PROXY, "2001:db9::1"),
        ([("X-Forwarded-For", "10.1.1.1, unix:")], PROXY, "10.1.1.1"),
        ([("X-Forwarded-For", "6.6.6.6, evil")], PROXY, None),
        ([("X-Forwarded-For", "10.1.1.1," * 5000)], PROXY, None),
        ([("X-Forwarded-For", '192.0.2.1","status":"200')], PROXY, None),
        ([("Forwarded", 'for=6.6.6.6, for="192.0.2.1:80", For="[2001:db8::1]"')], PROXY, "192.0.2.1"),
        ([("Forwarded", "for=192.0.2.1"), ("X-Forwarded-Proto", "https")], PROXY, PROXY),
    ]  # fmt: skip
    assert clients(site, [(headers, peer) for headers, peer, _ in cases]) == [client for _, _, client in cases]


def test_with_every_peer_trusted_the_last_address_is_used(tmp_path: Path) -> None:
    """The server cannot know which of the other addresses are proxies."""
    with serving(tmp_path / "heliograph.db", env={"HELIOGRAPH_TRUSTED_PROXIES": "*"}) as server:
        site = Site(server)
        for headers in ([NAMED, SECURE], [("Forwarded", f"host=evil, for=192.0.2.1;host={NAMED[1]};proto=https")]):
            for peer in (PROXY, STRANGER):
                assert site.bases(headers, peer) == {CHAT}
        site.close()


def test_the_public_url_takes_precedence(tmp_path: Path) -> None:
    options = ("--root-path", "/sc/", "--public-url", "HTTPS://chat.example.com:443/sc/")
    with serving(tmp_path / "heliograph.db", *options) as server:
        site = Site(server)
        for prefix in ("", "/sc"):
            for headers in ([], [("X-Forwarded-Host", "evil"), ("X-Forwarded-Prefix", "/x")], [("Host", "evil")]):
                assert site.bases(headers, prefix=prefix) == {f"{CHAT}/sc"}
        until(lambda: any(line.strip().startswith(f"APP={CHAT}/sc/v2/apps/") for line in server.output))
        assert f"  public URL {CHAT}/sc\n" in server.output
        assert f"  reference  {CHAT}/sc/docs\n" in server.output
        site.close()


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        ("--public-url", ["chat.example.com", "ftp://x", "https://", "https://u:p@x", "https://x?q", "https://x/#f",
                          "https://x/a b", "https://x//", "https://x:99999", "//x", "https:///x"]),
        ("--root-path", ["sc", "//sc", "/s c", "/sc?x", "/../sc", "/sc\r\nx: y", "https://x/sc"]),
        ("--trusted-proxies", ["localhost", "10.0.0.1/8", "10.0.0.300", "unix", "127.0.0.1;::1"]),
    ],
)  # fmt: skip
def test_invalid_settings_are_refused(
    setting: str, values: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for value in values:
        assert main(["serve", setting, value, "--database", f"sqlite:///{tmp_path}/x.db"]) == 2
        assert f"{setting} should be" in capsys.readouterr().err
