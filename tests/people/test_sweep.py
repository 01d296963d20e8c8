"""After an erasure and a compaction, no file of the database contains data of the person."""

from __future__ import annotations

import asyncio
import base64
import http.server
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from tests.api.endpoint import Endpoint
from tests.commands import command
from tests.databases import everything, is_sqlite, new_database
from tests.harness import Caller, calling_account, new_app, serving
from tests.people.marks import Marks
from tests.people.story import SWEPT, Story
from tests.waiting import until

OPTIONS = ("--record-requests", "10000", "--stand-ins", "yes", "--webhook-allowed-networks", "loopback")
MARK = re.compile(rb"zq[0-9a-f]{10}|\+1[0-9]{10}")
REMOVAL = {"event", "delivery", "attempt"}
"""The tables in which the id of the user stays until their rows are pruned."""


NOT_PERSONAL = {
    **dict.fromkeys(("BulkParticipants", "ReplaceParticipants"), "ids and external ids, as in JoinConversation"),
    "ImportRecords": "imported data is in the columns of the swept operations",
    **dict.fromkeys(("CreateApp", "UpdateApp", "CreateAppKey"), "about an app"),
    **dict.fromkeys(("CreateIntegration", "UpdateIntegration", "CreateCustomIntegrationKey"), "about an integration"),
    **dict.fromkeys(("CreateWebhook", "UpdateWebhook"), "about a webhook"),
    **dict.fromkeys(("UpdateSwitchboard", "CreateSwitchboardIntegration", "UpdateSwitchboardIntegration"), "settings"),
    **dict.fromkeys(("PassControl", "ReleaseControl", "OfferControl", "AcceptControl", "ChangeControl"),
                    "metadata of the business; tests/people/test_redaction.py removes that of personal conversations"),
    **dict.fromkeys(("DownloadMessageRef", "PostConversionEvents"), "not stored"),
    **dict.fromkeys(("GetToken", "CreateOAuthClient"), "about a partner"),
    **dict.fromkeys(("UploadAttachment", "DeleteAttachment"), "files and their names have marks in the story"),
}  # fmt: skip
"""The operations whose bodies have no data of a person, or are swept in another way, each with its reason."""


class _Echoing(http.server.BaseHTTPRequestHandler):
    server: Echo

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


class Echo(Endpoint):
    """Responds with the body of the request."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status
        self.RequestHandlerClass = _Echoing


def files_of(url: str) -> Iterator[tuple[str, bytes]]:
    """The bytes of each file of a database: its folder for SQLite, a dump and the table files for PostgreSQL."""
    if is_sqlite(url):
        folder = Path(url.removeprefix("sqlite:///")).parent
        yield from ((path.name, path.read_bytes()) for path in folder.rglob("*") if path.is_file())
        return
    yield from ((table, repr(found).encode()) for table, found in everything(url).items())
    for name, path in asyncio.run(_relations(url)):
        yield from ((name, one.read_bytes()) for one in path.parent.glob(f"{path.name}*") if one.is_file())


async def _relations(url: str) -> list[tuple[str, Path]]:
    """The files of the tables and indexes of a schema, and of the statistics of their columns."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CHECKPOINT")
        folder = Path(await connection.fetchval("SHOW data_directory"))
        found = await connection.fetch(
            "WITH own AS (SELECT oid, reltoastrelid FROM pg_class WHERE relnamespace = current_schema()::regnamespace) "
            "SELECT oid::regclass::text, pg_relation_filepath(oid) FROM pg_class WHERE relkind IN ('r', 'i', 't') AND "
            "(oid IN (SELECT oid FROM own) OR oid IN (SELECT reltoastrelid FROM own) OR oid = 'pg_statistic'::regclass)"
        )
        return [(name, folder / path) for name, path in found]
    finally:
        await connection.close()


def forms(mark: str) -> Iterator[bytes]:
    """A mark in plain text, and inside Base64 at each offset."""
    yield mark.encode()
    for skipped in range(3):
        encoded = base64.b64encode(bytes(skipped) + mark.encode()).decode().rstrip("=")
        yield encoded[(skipped * 8 + 5) // 6 : (skipped + len(mark)) * 8 // 6].encode()


def left_in(url: str, marks: Marks) -> dict[str, list[str]]:
    """The places of the marks that the files contain in any form, each with the names of the files."""
    places = {form: place for mark, place in marks.made.items() for form in forms(mark)}
    lengths = {len(form) for form in places}
    # The forms have few distinct beginnings, which are found first: a search for each form takes seconds.
    begins = re.compile(b"(?=" + b"|".join(re.escape(begin) for begin in {form[:3] for form in places}) + b")")
    found: dict[str, list[str]] = {}
    for name, content in files_of(url):
        for at in (match.start() for match in begins.finditer(content)):
            for place in {places.get(content[at : at + length]) for length in lengths} - {None}:
                found.setdefault(str(place), []).append(name)
    return found


def places_in(url: str, marks: Marks) -> set[str]:
    """The places of the marks that the files contain in plain text."""
    found = {one.decode() for _, content in files_of(url) for one in MARK.findall(content)}
    return {place for mark, place in marks.made.items() if mark in found}


def test_every_body_is_swept_or_has_a_reason() -> None:
    bodies = {one.name: one.body.kind for one in (*OPERATIONS, *EXTENSIONS) if one.body.kind is not None}
    assert bodies.keys() == SWEPT.keys() | NOT_PERSONAL.keys()
    assert {name: bodies[name] for name in SWEPT} == SWEPT


@pytest.fixture
def url(engine: str, tmp_path: Path) -> str:
    """An empty database."""
    return new_database(engine, tmp_path)


def settled(api: Caller, webhook_id: str) -> None:
    """Wait until all events are delivered to a webhook."""
    path = f"/heliograph/v1/apps/{api.app_id}/deliveries?filter[status]=pending&filter[webhookId]={webhook_id}"
    until(lambda: not api.ok("GET", path)["deliveries"])


def subscribe(api: Caller, target: str) -> str:
    """Create a webhook that receives all events in full; returns its id."""
    webhook = {"target": target, "triggers": ["*"], "includeFullUser": True, "includeFullSource": True}
    body = {"type": "custom", "displayName": "Hook", "webhooks": [webhook]}
    id: str = api.ok("POST", "/integrations", body)["integration"]["webhooks"][0]["id"]
    return id


def test_nothing_is_left(url: str) -> None:
    """The files contain all marks before the erasure, and none after the compaction."""
    marks = Marks()
    with Echo(200) as well, Echo(500) as failing, serving(url, *OPTIONS) as server, calling_account(server) as account:
        api = new_app(account)
        webhook_id, _ = (subscribe(api, target) for target in (well.url, failing.url))
        story = Story(api, marks)
        story.tell()
        settled(api, webhook_id)
        assert places_in(url, marks) == set(marks.made.values())
        assert api("POST", f"{story.base}/users/{story.id}/erase").json()["erasure"]["status"] == "finished"
        kept = api.ok("GET", f"/conversations/{story.group_id}/messages")["messages"]
        assert {one["author"].get("userId") for one in kept} > {story.other_id}
    # Only the event user:remove, its deliveries and their attempts have the id.
    assert {table for table, found in everything(url).items() if story.id in repr(found)} <= REMOVAL
    done = command("compact", "--database", url)
    assert done.returncode == 0, done.stderr
    assert left_in(url, marks) == {}
