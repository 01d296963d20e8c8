"""The configurations of docs/howto/behind-a-proxy.md, tested with nginx and Caddy."""

from __future__ import annotations

import datetime
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.api.files import PNG
from tests.cli.test_howto import free_port
from tests.harness import Server, author_of, init, serving
from tests.programs import program
from tests.waiting import until

pytestmark = pytest.mark.one_engine
HOWTO = Path(__file__).parents[2] / "docs/howto/behind-a-proxy.md"
NAME = "chat.example.com"
LIMIT = 102_400
START_SECONDS = 20
# Forged headers of a client, all of which the proxies must remove or replace.
SPOOFED = {
    "X-Forwarded-Host": "evil",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Port": "1",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-For": "6.6.6.6",
    "Forwarded": "for=6.6.6.6;host=evil;proto=http",
}


def certificate(folder: Path) -> None:
    """Write a certificate for the name, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / f"{NAME}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / f"{NAME}.key").write_bytes(key.private_bytes(*form))


def documented(language: str, port: int, upstream: str, folder: Path) -> str:
    """The documented configuration, with the ports and the certificate of the test."""
    block: str
    (block,) = re.findall(rf"```{language}\n(.*?)```", HOWTO.read_text(), re.DOTALL)
    assert block.count("127.0.0.1:8080") == 1
    return block.replace("127.0.0.1:8080", upstream).replace("/etc/ssl/", f"{folder}/").replace("443", str(port))


def nginx(port: int, upstream: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start nginx."""
    binary, env = program("nginx")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    site = documented("nginx", port, upstream, folder).replace("listen ", "listen 127.0.0.1:")
    (folder / "nginx.conf").write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}{site}}}\n"
    )
    return subprocess.Popen([binary, "-p", folder, "-c", folder / "nginx.conf", "-e", "stderr"], env=env)


def caddy(port: int, upstream: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start Caddy with the test's certificate."""
    binary, env = program("caddy")
    site = documented("caddyfile", port, upstream, folder)
    own = f"https://{NAME}:{port} {{\n\tbind 127.0.0.1\n\ttls {folder}/{NAME}.pem {folder}/{NAME}.key\n"
    assert site.startswith(f"{NAME} {{\n")
    options = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"
    (folder / "Caddyfile").write_text(options + site.replace(f"{NAME} {{\n", own, 1))
    env |= {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    return subprocess.Popen([binary, "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"], env=env)


@dataclass
class Front:
    """A proxy in front of a server, and a client that reaches it by its name."""

    url: str
    http: httpx.Client
    server: Server
    app_id: str

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """Call the API through the proxy, with forged proxy headers."""
        headers = {**SPOOFED, **more.pop("headers", {})}
        more |= {"json": body} if body is not None else {}
        whole = path.startswith(("https:", "/docs", "/open", "/heliograph"))
        where = path if whole else f"/v2/apps/{self.app_id}{path}"
        return self.http.request(
            method, where if where.startswith("https:") else self.url + where, headers=headers, **more
        )

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API, which must succeed; returns the JSON of the response."""
        response = self.ask(method, path, body)
        assert response.is_success, response.text
        return response.json()


class Resolved(httpx.HTTPTransport):
    """Connects to this machine for any host of the URL."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = request.url.host
        request.headers["host"] = request.url.netloc.decode()
        request.url = request.url.copy_with(host="127.0.0.1")
        return super().handle_request(request)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with default settings."""
    with serving(tmp_path_factory.mktemp("proxied") / "heliograph.db", "--log-format", "json") as server:
        yield server


@pytest.fixture(scope="module", params=[nginx, caddy], ids=lambda one: one.__name__)
def front(request: pytest.FixtureRequest, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Each proxy, configured as documented."""
    folder, port, sandbox = tmp_path_factory.mktemp("proxy"), free_port(), init(server.database_url)
    certificate(folder)
    process = request.param(port, server.url.removeprefix("http://"), folder)
    deadline = time.monotonic() + START_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    trusted = ssl.create_default_context(cafile=str(folder / f"{NAME}.pem"))
    with httpx.Client(transport=Resolved(verify=trusted), auth=sandbox.app_auth, timeout=30) as http:
        yield Front(f"https://{NAME}:{port}", http, server, sandbox.app_id)
    process.terminate()
    process.wait(timeout=60)


def test_links_use_the_url_of_the_proxy(front: Front) -> None:
    users = [front.ok("POST", "/users", {})["user"]["id"] for _ in range(3)]
    members = [{"userId": one, "subscribeSDKClient": False} for one in users]
    group = front.ok("POST", "/conversations", {"type": "sdkGroup", "participants": members})["conversation"]["id"]
    found, url = [], f"/conversations/{group}/participants?page[size]=1"
    while url:
        page = front.ok("GET", url)
        found += [one["userId"] for one in page["participants"]]
        url = page.get("links", {}).get("next", "")
        assert not url or url.startswith(f"{front.url}/v2/apps/")
    assert found == users
    (listed,) = front.ask("GET", "/openapi.json").json()["servers"]
    assert listed["url"] == front.url
    assert front.ask("GET", "/docs/").headers["location"] == f"{front.url}/docs"


def test_paths_and_bodies_arrive_unchanged(front: Front) -> None:
    external_id = f"a/b//c%2F {front.url}/../?#ü"
    user = front.ok("POST", "/users", {"externalId": external_id})["user"]
    assert front.ok("GET", f"/users/{quote(external_id, safe='')}")["user"] == user
    for size, status in ((LIMIT, 201), (LIMIT + 1, 413)):
        body = b'{"metadata":{}' + b" " * (size - 15) + b"}"
        response = front.ask("POST", "/users", content=body, headers={"content-type": "application/json"})
        assert (len(body), response.status_code) == (size, status), response.text


def test_attachments_are_uploaded_and_served(front: Front) -> None:
    content = PNG + bytes(range(256)) * 12 * 1024  # 3 MB, more than nginx accepts by default
    response = front.ask("POST", "/attachments?access=public", files={"source": ("lamp.png", content)})
    assert response.status_code == 201, response.text
    url = response.json()["attachment"]["mediaUrl"]
    assert url.startswith(f"{front.url}/attachments/v2/")
    assert front.ask("GET", url).content == content
    last = front.ask("GET", url, headers={"range": "bytes=-3"})
    assert (last.status_code, last.content) == (206, content[-3:])


def test_streams_are_not_buffered(front: Front) -> None:
    group = front.ok("POST", "/conversations", {"type": "sdkGroup"})["conversation"]["id"]
    url = f"{front.url}/heliograph/v1/apps/{front.app_id}/events?trigger=conversation:message"
    with front.http.stream("GET", url) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("id: ")
        for number in range(3):
            # Each event arrives before the next message is sent, so no buffer has to fill up.
            content = {"type": "text", "text": f"Hello {number}"}
            front.ok("POST", f"/conversations/{group}/messages", {"author": author_of(), "content": content})
            data = next(line for line in lines if line.startswith("data: "))
            assert f"Hello {number}" in data


def test_the_log_has_the_clients_address_and_refusals_are_not_explained(front: Front) -> None:
    request_id = front.url.replace(":", "-")
    response = front.ask("GET", "", headers={"x-request-id": request_id}, auth=("app_x", "x"))
    assert response.status_code == 401
    assert "x-heliograph-reason" not in response.headers

    def logged() -> list[str]:
        return [line for line in front.server.log if request_id in line]

    until(logged)
    assert '"reason":"unknown key id","client":"127.0.0.1"' in logged()[0]
