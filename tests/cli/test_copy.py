"""`heliograph copy`: copies a whole database to another, on either engine."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from heliograph.storage import copying
from heliograph.storage.copying import TABLES
from heliograph.storage.store import Store
from heliograph.storage.unlocking import SEALED
from tests.api.end_users import EndUser
from tests.api.files import PNG, delete, show, uploaded
from tests.api.linking import Links
from tests.api.oauth import Partner
from tests.api.sandbox import login, put_support_user
from tests.databases import ENGINES, SQLITE, everything, execute, is_sqlite, new_database, rows
from tests.harness import Caller, Server, command, init, new_app, serving
from tests.people.calling import erase
from tests.security.sign_ins import ticket_of, viewer_of

WITHOUT_BUCKET = {"app", "integration", "switchboard", "attachment_removal", "oauth_code", "removal_call"}
WITHOUT_BUCKET |= {"console_session", "console_ticket", "erasure"}
OPTIONS = (
    "--webhook-allowed-networks",
    "loopback",
    "--stand-ins",
    "yes",
    "--console",
    "yes",
    "--record-requests",
    "100",
)
KEYED = {"externalId": "keyed"}
FILE = PNG + bytes(range(256)) * 2000
EVENTS = 3000
"""More events than two transactions copy."""


def filled(engine: str, folder: Path, users: int = 20) -> str:
    """A database with rows in every table, including a deleted app that has not been purged."""
    url = new_database(engine, folder)
    with serving(url, *OPTIONS) as server, calling(server) as api:
        ids = [api.new_user(f"user {number}") for number in range(users)]
        group = api.new_group(*ids[:3], displayName="Ångström")
        for one in ids[3:10]:
            api.join(group, one, subscribe=True)
        api.leave(group, userId=ids[0])
        EndUser(api, ids[3]).say(group)
        api.say(group, userId=ids[1])
        api.say(group, "Ångström")
        api.new_personal(ids[1])
        links = Links(api, ids[1])
        body = links.body("immediate")
        body["confirmation"]["message"] = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hi"}}
        assert links.ask(body).status_code == 201
        hook = {"target": "http://127.0.0.1:1/hook", "triggers": ["*"]}
        made = api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})["integration"]
        api.ok("POST", f"/integrations/{made['id']}/keys", {"displayName": "Bot"})
        board = f"/switchboards/{api.ok('POST', '/switchboards')['switchboard']['id']}"
        bot = api.ok("POST", f"{board}/switchboardIntegrations", {"name": "bot", "integrationId": made["id"]})
        default = {"defaultSwitchboardIntegrationId": bot["switchboardIntegration"]["id"]}
        api.ok("PATCH", board, {"enabled": True, **default})
        api.new_group()
        api.ok("PATCH", "", {"settings": {"conversationRetentionSeconds": 86_400}})
        api.ok("POST", "/users", KEYED, headers={"idempotency-key": "copied"})
        login(api, ids[2], email="user@example.org", zendeskId="77")
        put_support_user(api, "77", email="user@example.org", givenName="Åse")
        login(api, api.new_user(), externalId="user 4")
        api.new_user("erased")
        erase(api, "erased")
        picture = uploaded(api, "Ångström.png", FILE, for_="message")
        show(api, group, picture)
        assert delete(api, uploaded(api)).status_code == 200
        while not rows(url, "SELECT 1 FROM attempt"):
            time.sleep(0.05)
        send_again(api, f"{server.url}/nothing")
        account = Caller(server.url, init(url).account_auth, http=api.http)
        partner = Partner(account, {"removeUrl": "http://127.0.0.1:1/removed", "clientId": "shop"})
        partner.token(api).ok("DELETE", "/oauth/authorization")
        partner.code(api)
        viewer_of(api)
        ticket_of(api)
        account.ok("DELETE", f"/v2/apps/{new_app(account).app_id}")
    return url


def send_again(api: Caller, target: str) -> None:
    """Send an event again to a webhook whose endpoint does not exist."""
    hook = {"target": target, "triggers": ["user:update"]}
    api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})
    api.ok("PATCH", f"/users/{api.new_user()}", {"metadata": {"number": 1}})
    path = f"/heliograph/v1/apps/{api.app_id}/deliveries"
    while not (failed := api.ok("GET", path, params={"filter[status]": "failed"})["deliveries"]):
        time.sleep(0.05)
    api.ok("POST", f"{path}/{failed[0]['id']}/retry")


@contextlib.contextmanager
def calling(server: Server) -> Iterator[Caller]:
    """A caller with the key of the sandbox's app."""
    sandbox = init(server.database_url)
    caller = Caller(server.url, sandbox.app_auth, sandbox.app_id)
    with contextlib.closing(caller.http):
        yield caller


def content(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows, without values that depend on the database: buckets and sealed secrets."""
    found = everything(url)
    keep = {}
    for table, lines in found.items():
        if table == "meta":
            keep[table] = [line for line in lines if line[0] == "sandbox"]
        elif table in SEALED:
            first = int("bucket" in SEALED[table].key)
            plain = [tuple(value for value in line[first:] if not isinstance(value, bytes)) for line in lines]
            keep[table] = sorted(plain, key=repr)
        else:
            bucketed = table not in WITHOUT_BUCKET
            keep[table] = sorted((line[1:] if bucketed else line for line in lines), key=repr)
    # On SQLite events have a column that is always 0, before the columns that were added later: full_source,
    # synthetic, request_id and session_id.
    if is_sqlite(url):
        keep["event"] = [(*line[:-5], *line[-4:]) for line in keep["event"]]
        keep["outbound"] = [line[:-1] for line in keep["outbound"]]
    # Rows of running processes.
    for table in ("lease", "stream_mark", "listener"):
        keep.pop(table, None)
    return keep


@pytest.mark.parametrize("target", ENGINES)
@pytest.mark.parametrize("source", ENGINES)
def test_a_copy_equals_its_source(source: str, target: str, tmp_path: Path) -> None:
    for name in ("source", "target"):
        (tmp_path / name).mkdir()
    origin = filled(source, tmp_path / "source")
    destination = new_database(target, tmp_path / "target")
    done = command("copy", "--from", origin, "--to", destination)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(content(origin).values())
    assert content(destination) == content(origin)
    assert (
        f"copied and verified {sum(len(lines) for table, lines in content(origin).items() if table != 'meta')} rows"
        in done.stdout
    )
    assert init(destination) == init(origin), "the keys and their secrets are the same"
    with serving(destination) as server, calling(server) as api:
        again = api("POST", "/users", KEYED, headers={"idempotency-key": "copied"})
        assert (again.json()["user"]["externalId"], again.headers["idempotent-replayed"]) == ("keyed", "true")
        (user,) = rows(destination, "SELECT id FROM app_user WHERE external_id = 'user 5'")
        assert api.ok("GET", "/users/user%205")["user"]["id"] == user[0]
        listed = api.ok("GET", "/conversations", params={"filter[userId]": user[0]})["conversations"]
        assert [one["displayName"] for one in listed] == ["Ångström"]
        assert [one["userExternalId"] for one in api.participants(listed[0]["id"])] == [
            f"user {number}" for number in range(1, 10)
        ]
        api.join(listed[0]["id"], api.new_user())
        (message,) = [one for one in api.ok("GET", f"/conversations/{listed[0]['id']}/messages")["messages"]
                      if one["content"]["type"] == "file"]  # fmt: skip
        path = urlsplit(message["content"]["mediaUrl"]).path
        assert api.http.get(server.url + path).content == FILE
        api.ok("DELETE", f"/conversations/{listed[0]['id']}/messages/{message['id']}")
        assert api.http.get(server.url + path).status_code == 404


@pytest.mark.parametrize("target", ENGINES)
def test_an_interrupted_copy_cannot_be_served_and_can_be_continued(target: str, tmp_path: Path) -> None:
    origin = filled(SQLITE, tmp_path)
    multiply_events(origin, EVENTS)
    (tmp_path / "target").mkdir()
    destination = new_database(target, tmp_path / "target")
    killed = command("copy", "--from", origin, "--to", destination, prepare=die_among_events)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    ((copied,),) = rows(destination, "SELECT count(*) FROM event")
    assert 0 < copied < EVENTS
    for refused in (command("init", "--database", destination), command("serve", "--database", destination)):
        assert refused.returncode == 2
        assert "unfinished copy" in refused.stderr
    done = command("copy", "--from", origin, "--to", destination)
    assert (done.returncode, done.stderr) == (0, "")
    assert content(destination) == content(origin)
    assert init(destination) == init(origin)


def die_among_events() -> None:
    """Patch this process so that it is killed after it has copied some of the events."""
    complete = copying.copy

    async def interrupted(source: Store, target: Store, advanced: Callable[[int, int], None]) -> int:
        def die(copied: int, total: int) -> None:
            advanced(copied, total)
            if copied > EVENTS // 2:
                os.kill(os.getpid(), signal.SIGKILL)

        return await complete(source, target, die)

    copying.copy = interrupted


def multiply_events(url: str, number: int) -> None:
    """Add events to a SQLite database, so that it is copied in many transactions."""
    with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file, file:
        (row,) = file.execute("SELECT * FROM event LIMIT 1").fetchall()
        made = [(row[0], f"{index:024x}", *row[2:]) for index in range(number)]
        file.executemany(f"INSERT INTO event VALUES ({', '.join('?' * len(row))})", made)


def test_a_target_with_data_is_not_changed(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    origin, destination = filled(SQLITE, tmp_path), filled(SQLITE, tmp_path / "target")
    before = everything(destination)
    refused = command("copy", "--from", origin, "--to", destination)
    assert refused.returncode == 2
    assert "not empty" in refused.stderr
    assert everything(destination) == before
    assert command("copy", "--from", origin, "--to", origin).returncode == 2


def test_a_source_that_is_served_is_refused(tmp_path: Path) -> None:
    origin = filled(SQLITE, tmp_path)
    with serving(origin):
        refused = command("copy", "--from", origin, "--to", f"sqlite:///{tmp_path}/copy.db")
        assert refused.returncode == 2
        assert "serves" in refused.stderr
    assert not (tmp_path / "copy.db").exists()


def test_a_source_that_changes_meanwhile_is_noticed(tmp_path: Path) -> None:
    """Rows changed after an interrupted copy had copied them."""
    origin = filled(SQLITE, tmp_path)
    (tmp_path / "target").mkdir()
    destination = new_database("postgresql", tmp_path / "target")
    assert command("copy", "--from", origin, "--to", destination).returncode == 0
    # As if the copy had stopped after its last chunk, and a copied conversation had then been renamed.
    name = origin.removeprefix("sqlite:///")
    marker = (
        '{"source":"'
        + name
        + '","table":'
        + str(len(TABLES) - 1)
        + ',"after":[0,"ffffffffffffffffffffffff",0],"rows":1}'
    )
    execute(
        destination,
        f"INSERT INTO meta VALUES ('copy', '{marker}')",
        "UPDATE conversation SET display_name = 'another'",
    )
    refused = command("copy", "--from", origin, "--to", destination)
    assert refused.returncode == 2
    assert "the table conversation differs from the source" in refused.stderr
    assert command("init", "--database", destination).returncode == 2
