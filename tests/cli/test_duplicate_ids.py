"""A PostgreSQL database with duplicate ids, which workers of earlier versions created, keeps working."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.endpoint import Endpoint
from tests.api.test_deliveries import below
from tests.databases import POSTGRESQL, execute, new_database, rows
from tests.harness import Caller, command, init, serving
from tests.waiting import until

QUERY = re.compile(r"### Find duplicate ids\n.*?```sql\n(.*?);\n```", re.DOTALL)
LOOPBACK = ("--webhook-allowed-networks", "loopback")


def duplicates(url: str) -> list[tuple[str, str]]:
    """The result of the query in the documentation."""
    text = (Path(__file__).parents[2] / "docs/howto/postgresql.md").read_text()
    (query,) = QUERY.findall(text)
    return [(id, objects) for id, objects in rows(url, query)]


@contextlib.contextmanager
def calling(url: str) -> Iterator[Caller]:
    """Run a server; yields a caller with the key of its sandbox's app."""
    with serving(url, *LOOPBACK) as server:
        sandbox = init(url)
        caller = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        with contextlib.closing(caller.http):
            yield caller


def repeat(url: str, first: str, second: str) -> None:
    """Give the objects of the second conversation the ids of their counterparts in the first."""

    def ids(table: str, where: str) -> tuple[str, str]:
        sql = f"SELECT id FROM {table} WHERE {where} = $1"
        ((kept,),), ((lost,),) = rows(url, sql, first), rows(url, sql, second)
        return kept, lost

    member, message = ids("participant", "conversation_id"), ids("message", "conversation_id")
    delivery, event = ids("delivery", "lane"), ids("event", "type = 'conversation:message' AND conversation_id")
    execute(
        url,
        "UPDATE participant SET id = '{}' WHERE id = '{}'".format(*member),
        "UPDATE membership SET participant_id = '{}' WHERE participant_id = '{}'".format(*member),
        "UPDATE message SET id = '{0}', shown = replace(shown, '{1}', '{0}') WHERE id = '{1}'".format(*message),
        "UPDATE delivery SET id = '{}' WHERE id = '{}'".format(*delivery),
        "UPDATE delivery SET event_id = '{}' WHERE event_id = '{}'".format(*event),
        "UPDATE event SET id = '{}' WHERE id = '{}'".format(*event),
        "UPDATE delivery SET status = 'pending', tries = 0, attempts = 0, due_at = 0, settled_at = NULL",
        "DELETE FROM attempt",
    )


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A webhook endpoint that accepts all calls."""
    with Endpoint() as made:
        yield made


def settled(api: Caller) -> bool:
    """Whether no delivery is pending."""
    return not below(api, "?filter[status]=pending").json()["deliveries"]


def test_duplicate_ids_are_found_and_cause_no_errors(tmp_path: Path, endpoint: Endpoint) -> None:
    url = new_database(POSTGRESQL, tmp_path)
    with calling(url) as api:
        hook = {"target": endpoint.url, "triggers": ["conversation:message"]}
        api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})
        for group in (api.new_group() for _ in range(3)):
            api.join(group, api.new_user())
            api.say(group, group)
        until(lambda: settled(api))
    assert duplicates(url) == []
    # Events and deliveries with one id are in different buckets.
    (first, second), *_ = rows(
        url,
        "SELECT a.id, b.id FROM conversation AS a JOIN conversation AS b ON a.bucket < b.bucket ORDER BY a.id, b.id",
    )
    repeat(url, first, second)
    found = duplicates(url)
    assert len(found) == 4
    assert all(objects.count(";") == 1 for _, objects in found)
    came = len(endpoint.came)
    with calling(url) as api:
        until(lambda: settled(api))
        delivered = [body["events"][0]["payload"]["conversation"]["id"] for _, body in endpoint.came[came:]]
        assert {first, second} < set(delivered)
        assert len(delivered) == 3
        assert {one["status"] for one in below(api).json()["deliveries"]} == {"delivered"}
        (member,), (message,) = api.participants(first), api.ok("GET", f"/conversations/{first}/messages")["messages"]
        assert api.participants(second)[0]["id"] == member["id"]
        api.ok("DELETE", f"/conversations/{first}/messages/{message['id']}")
        api.leave(first, participantId=member["id"])
        assert api.participants(first) == []
        assert len(api.participants(second)) == 1
        (other,) = api.ok("GET", f"/conversations/{second}/messages")["messages"]
        assert (other["id"], other["content"]["text"]) == (message["id"], second)
        assert api.join(first, member["userId"])["id"] != member["id"]


def test_events_that_share_an_id_are_not_copied_to_sqlite(tmp_path: Path) -> None:
    url = new_database(POSTGRESQL, tmp_path)
    with calling(url) as api:
        first, second, third = (api.new_group() for _ in range(3))
    # If two of these are in one bucket, the third is in another bucket.
    events = "SELECT min(id) FROM event WHERE conversation_id IN ($1, $2, $3) GROUP BY bucket ORDER BY 1"
    (kept,), (lost,), *_ = rows(url, events, first, second, third)
    execute(url, f"UPDATE event SET id = '{kept}' WHERE id = '{lost}'")
    refused = command("copy", "--from", url, "--to", f"sqlite:///{tmp_path}/copy.db")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "docs/howto/postgresql.md" in refused.stderr
    copied = command("copy", "--from", url, "--to", new_database(POSTGRESQL, tmp_path))
    assert copied.returncode == 0, copied.stderr
