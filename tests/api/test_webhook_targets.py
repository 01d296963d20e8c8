"""Targets that could never be called are refused when a webhook is created or changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import POSTGRESQL, SQLITE, new_database
from tests.harness import Caller, Server, init, new_app, serving, titles_of

SEE = " (see --webhook-allowed-networks of the server)"
PRIVATE = {
    "10.20.30.40:3000": "10.20.30.40", "192.168.1.1": "192.168.1.1", "169.254.169.254": "169.254.169.254",
    "0.0.0.0": "0.0.0.0", "0": "0.0.0.0", "169.254.169.254.": "169.254.169.254", "2852039166": "169.254.169.254",
    "0xa9fea9fe": "169.254.169.254", "0251.254.0xa9.254": "169.254.169.254", "10.1": "10.0.0.1",
    "user:password@10.0.0.1": "10.0.0.1", "public.example\\@10.0.0.1": "10.0.0.1",
    "１０.0.0.1": "10.0.0.1", "10。0。0。1": "10.0.0.1", "[fd00::1]:8080": "fd00::1", "[::]": "::",
    "[fe80::1%25eth0]": "fe80::1", "[fe80::1%eth0]": "fe80::1", "[::ffff:10.0.0.1]": "10.0.0.1",
    "[::FFFF:a00:1]": "10.0.0.1", "[64:ff9b::a00:1]": "64:ff9b::a00:1",
}  # fmt: skip
LOOPBACK = {
    "127.0.0.1:3000": "127.0.0.1", "localhost:3000": "127.0.0.1", "LOCALHOST.": "127.0.0.1",
    "bot.localhost": "127.0.0.1", "localhost.localdomain": "127.0.0.1", "2130706433": "127.0.0.1",
    "127.1": "127.0.0.1", "0177.0.0.1": "127.0.0.1", "0x7f.1.": "127.0.0.1", "[::1]": "::1",
    "[::ffff:127.0.0.1]": "127.0.0.1",
}  # fmt: skip
IMPOSSIBLE = {
    "a:0": "the port should be 1 to 65535", "a:65536": "the port should be 1 to 65535",
    "a:８０": "the port should be 1 to 65535", "a:x": "the port should be 1 to 65535",
    "user@": "the host is missing", "@": "the host is missing", ":80": "the host is missing",
    "[::1": "the host is not valid", "[v1.a]": "the host is not valid", "a..b": "the host is not valid",
    "a$b": "the host is not valid", f"{'a' * 64}.b": "the host is not valid", "a%2eb": "the host is not valid",
    f"{'a.' * 150}b": "the host is not valid", "1.2.3.4.5": "the host is not a valid address",
    "a.256": "the host is not a valid address", "999999999999": "the host is not a valid address",
}  # fmt: skip
HTTPS = "http is only for networks that are allowed: use https"
CALLABLE = ["bot:3000", "my_bot.example", "bücher.example", "1.1.1.1", "[2606:4700:4700::1111]", "u:p@a.example:65535"]


def server_with(engine: str, folder: Path, *options: str) -> Iterator[tuple[Caller, str]]:
    """The caller of an app with a custom integration, and the path of its webhooks."""
    with serving(new_database(engine, folder), *options) as server:
        owner = Caller(server.url, init(server.database_url).account_auth)
        api = new_app(owner)
        body = {"type": "custom", "webhooks": [{"target": "https://a.example", "triggers": ["*"]}]}
        integration = api.ok("POST", "/integrations", body)["integration"]
        yield api, f"/integrations/{integration['id']}/webhooks"
        owner.http.close()


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Caller, str]]:
    """An app on a server that allows no networks, which is the default with PostgreSQL."""
    yield from server_with(POSTGRESQL, tmp_path_factory.mktemp("strict"))


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Caller, str]]:
    """An app on a sandbox server."""
    yield from server_with(SQLITE, tmp_path_factory.mktemp("sandbox"))


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Caller, str]]:
    """An app on a server that allows the networks that docs/howto/webhooks.md gives for containers."""
    options = ("--webhook-allowed-networks", "172.16.0.0/12,192.168.0.0/16")
    yield from server_with(SQLITE, tmp_path_factory.mktemp("container"), *options)


def refusals(api: Caller, path: str, target: str) -> list[str]:
    """The title of the error of each operation that takes a target, without the name of the field."""
    hook = {"target": target, "triggers": []}
    (own,) = api.ok("GET", path)["webhooks"]
    found = [
        (api("POST", path, hook), "target"),
        (api("PATCH", f"{path}/{own['id']}", {"target": target}), "target"),
        (api("POST", "/integrations", {"type": "custom", "webhooks": [hook]}), "webhooks[0].target"),
    ]
    titles = []
    for answer, field in found:
        (title,) = titles_of(answer)
        assert title.startswith(f"{field} cannot be called: ")
        titles.append(title.removeprefix(f"{field} cannot be called: "))
    assert api.ok("GET", path)["webhooks"] == [own], "nothing changed"
    return titles


def accept(api: Caller, path: str, url: str) -> None:
    """Check that every operation accepts the target; then delete what it created."""
    hook = {"target": url, "triggers": []}
    webhook = api.ok("POST", path, hook)["webhook"]
    assert api.ok("PATCH", f"{path}/{webhook['id']}", {"target": url})["webhook"]["target"] == url
    api.ok("DELETE", f"{path}/{webhook['id']}")
    integration = api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})["integration"]
    api.ok("DELETE", f"/integrations/{integration['id']}")


def test_targets_that_are_never_valid(strict: tuple[Caller, str], sandbox: tuple[Caller, str]) -> None:
    for api, path in (strict, sandbox):
        for host, title in IMPOSSIBLE.items():
            assert refusals(api, path, f"https://{host}/hook") == [title] * 3, host


def test_private_addresses_in_every_form(strict: tuple[Caller, str], sandbox: tuple[Caller, str]) -> None:
    forms = [(strict, {**PRIVATE, **LOOPBACK}), (sandbox, PRIVATE)]
    for (api, path), hosts in forms:
        for host, address in hosts.items():
            for scheme in ("http", "HTTPS"):
                titles = refusals(api, path, f"{scheme}://{host}/hook?secret=1")
                assert titles == [f"{address} is not a public address{SEE}"] * 3, host


def test_http_is_refused_if_no_network_is_allowed(strict: tuple[Caller, str], sandbox: tuple[Caller, str]) -> None:
    api, path = strict
    for host in CALLABLE:
        assert refusals(api, path, f"http://{host}/") == [HTTPS + SEE] * 3
        accept(api, path, f"https://{host}/")
    api, path = sandbox
    assert refusals(api, path, "http://1.1.1.1/") == [HTTPS + SEE] * 3
    accept(api, path, "http://bot:3000/")  # the name is resolved when the webhook is called


def test_a_sandbox_accepts_loopback_targets(sandbox: tuple[Caller, str]) -> None:
    for host in LOOPBACK:
        accept(*sandbox, f"http://{host}/")


def test_a_server_in_a_container_accepts_neighbouring_containers(container: tuple[Caller, str]) -> None:
    for host in ("bot:3000", "172.18.0.2:3000", "host.docker.internal:3000", "192.168.65.254", "[::ffff:172.17.0.1]"):
        accept(*container, f"http://{host}/")
    api, path = container
    for host in ("10.0.0.1", "127.0.0.1", "169.254.169.254"):
        assert refusals(api, path, f"http://{host}/") == [f"{host} is not a public address{SEE}"] * 3


def test_an_update_without_a_target_keeps_an_invalid_one(tmp_path: Path) -> None:
    url = new_database(SQLITE, tmp_path)
    server = Server(url, "--webhook-allowed-networks", "10.0.0.0/8")
    try:
        api = new_app(Caller(server.url, init(url).account_auth))
        hook = {"target": "http://10.0.0.1/", "triggers": []}
        integration = api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})["integration"]
        server.options = ()
        server.restart()
        api.url = server.url
        path = f"/integrations/{integration['id']}/webhooks/{integration['webhooks'][0]['id']}"
        assert api.ok("PATCH", path, {"triggers": ["*"]})["webhook"]["target"] == hook["target"]
        assert api("PATCH", path, {"target": hook["target"]}).status_code == 400
        api.http.close()
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (
            (),
            "webhooks   public addresses over https, and 127.0.0.0/8, ::1/128 over http too "
            "(--webhook-allowed-networks)",
        ),
        (
            ("--webhook-allowed-networks", "none"),
            "webhooks   public addresses over https only (--webhook-allowed-networks allows others)",
        ),
        (
            ("--webhook-allowed-networks", "10.1.0.0/16", "--no-delivery"),
            "webhooks   public addresses over https, and 10.1.0.0/16 over http too (--webhook-allowed-networks); "
            "delivered by `heliograph deliver` only",
        ),
    ],
)
def test_the_server_says_which_addresses_webhooks_may_have(tmp_path: Path, options: tuple[str, ...], line: str) -> None:
    with serving(new_database(SQLITE, tmp_path), "--no-sandbox", *options) as server:
        pass
    assert f"  {line}\n" in server.output
