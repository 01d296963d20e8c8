"""Makes every call of each official client on a real server, in the order of the life of an app.

docs/howto/official-clients.md shows the outcomes in a table. HELIOGRAPH_TEST_REWRITE=1 rewrites it.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliograph.wire.operations import AnyOperation
from heliograph.wire.table import OPERATIONS
from tests.compat.official import CLIENTS, COMPAT, JAVASCRIPT, PYTHON, PYTHON_17, ROOT, Drivers, Official, Reply
from tests.databases import new_database
from tests.harness import Caller, calling_account, serving
from tests.security.calls import BY_NAME, Walk, parameters_of, path_of

pytestmark = pytest.mark.one_engine
DOCUMENT = ROOT / "docs/howto/official-clients.md"
BEGIN, END = "<!-- Begin of the table that tests/compat/test_operations.py writes -->\n", "<!-- End of the table -->\n"
COLUMNS = (JAVASCRIPT, *PYTHON)
NO_CALL = "no call"
WITH_BRANDS = (PYTHON_17, *COMPAT)


@pytest.fixture(scope="module")
def account(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """The account of a separate server, because the list of apps of a shared one includes those of other tests."""
    database = new_database(engine, tmp_path_factory.mktemp("walked"))
    with serving(database, "--stand-ins", "yes", "--sandbox-tools", "yes") as server:
        with calling_account(server) as account:
            yield account


@dataclass
class Outcome:
    """The outcome of the calls of an operation."""

    worked: bool = False
    failures: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    """The fields that the client has not returned."""

    def add(self, operation: AnyOperation, reply: Reply) -> None:
        """Add a call."""
        if reply.sent and "/oauth/consent?" in reply.sent[-1]:
            self.failures.add("follows the redirect")
        elif reply.error is not None and not reply.error.get("status"):
            when = "after the response" if reply.sent else "before the request"
            self.failures.add(f"`{reply.error['class']}` {when}")
        else:
            self.worked = True
            # The JavaScript client returns the text of an empty object.
            if reply.error is None and operation.name != "Authorize" and reply.value != "{}":
                self.missing |= set(lost(json.loads(reply.received or ""), reply.value))

    def __str__(self) -> str:
        """The outcome as the table shows it."""
        (failure,) = self.failures or {""}
        if failure:
            return f"{failure}, in some cases" if self.worked else failure
        names = ", ".join(f"`{name}`" for name in sorted(self.missing))
        return f"yes, without {names}" if names else "yes"


class ClientWalk(Walk):
    """A walk that makes its calls with an official client. Calls that the client lacks are plain requests."""

    def __init__(self, account: Caller, client: Official, folder: Path) -> None:
        super().__init__(account)
        self._client = client
        self._folder = folder
        has = client.ok("operations", names=[operation.name for operation in OPERATIONS])
        self._outcomes = {name: Outcome() for name in has}

    def outcomes(self) -> dict[str, str]:
        """The outcome of the calls of each operation."""
        return {one.name: str(self._outcomes.get(one.name, NO_CALL)) for one in OPERATIONS}

    def _send(self, name: str, authorization: str, body: Any = None, **given: Any) -> httpx.Response:
        if name not in self._outcomes:
            return super()._send(name, authorization, body, **given)
        operation = BY_NAME[name]
        reply = self._reply(operation, authorization, body, **given)
        self._outcomes[name].add(operation, reply)
        # The walk needs a header of the redirect, which no client returns.
        if not reply.sent or name == "Authorize":
            return super()._send(name, authorization, body, **given)
        ids = {key: value for key, value in given.items() if key not in ("params", "files")}
        method, target, status = reply.sent[-1].split(" ")
        expected = path_of(operation, **{"appId": self._app_id, **ids})
        assert (method, target.partition("?")[0]) == (operation.method, expected)
        answer = httpx.Response(int(status), text=reply.received or json.dumps(reply.error["body"]))
        self.answers.append((operation, answer))
        return answer

    def _reply(self, operation: AnyOperation, authorization: str, body: Any, **given: Any) -> Reply:
        query, files = given.pop("params", None) or {}, given.pop("files", None)
        scheme, _, value = authorization.partition(" ")
        basic = tuple(base64.b64decode(value).decode().split(":")) if scheme == "Basic" else None
        client = self._client.configured(basic=basic, bearer=None if basic else value)
        values = {"appId": self._app_id, **given}
        return client.reply(
            "operation",
            name=operation.name,
            ids=[values[name] for name in parameters_of(operation)],
            body=self._adapted(body),
            query=query,
            file=self._path_of(*files["source"]) if files else None,
            authorization=authorization,
        )

    def _adapted(self, body: Any) -> Any:
        """The body for the model of the release."""
        if not isinstance(body, dict):
            return body
        adapted = {name: self._adapted(value) for name, value in body.items()}
        if self._client.name not in WITH_BRANDS:
            adapted.pop("brandId", None)
        if adapted.get("type") == "whatsapp":
            adapted["deploymentId"] = "x"  # the model of 14.4.0 requires it
        return adapted

    def _path_of(self, name: str, content: bytes, _: str) -> str:
        """The path of a file with this content."""
        path = self._folder / name
        path.write_bytes(content)
        return str(path)


def lost(response: Any, value: Any) -> Iterator[str]:
    """The names of the fields of a response that the returned value does not have."""
    if isinstance(response, dict) and isinstance(value, dict):
        for name, one in response.items():
            yield from lost(one, value[name]) if name in value else [name]
    elif isinstance(response, list) and isinstance(value, list):
        for one, another in zip(response, value, strict=True):
            yield from lost(one, another)
    else:
        assert response == value


def table_of(outcomes: dict[str, dict[str, str]]) -> str:
    """The table, for the outcomes of each release by operation."""
    head = ["operation", "JavaScript 14.1.0", *(f"Python {release.split()[1]}" for release in PYTHON)]
    rows = [[one.name, *(outcomes[release].get(one.name, "") for release in COLUMNS)] for one in OPERATIONS]
    lines = [f"| {' | '.join(line)} |\n" for line in (head, *rows)]
    return "".join([lines[0], "|---" * len(head) + "|\n", *lines[1:]])


def documented() -> dict[str, dict[str, str]]:
    """The outcomes of each release by operation, as the document shows them."""
    table = DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {release: {row[0]: row[number] for row in rows[2:]} for number, release in enumerate(COLUMNS, start=1)}


def rewrite(release: str, outcomes: dict[str, str]) -> None:
    """Write the outcomes of a release into the document."""
    before, _, rest = DOCUMENT.read_text().partition(BEGIN)
    table = table_of({**documented(), release: outcomes})
    DOCUMENT.write_text(before + BEGIN + table + END + rest.partition(END)[2])


@pytest.fixture(scope="module")
def expected(account: Caller) -> list[tuple[str, int]]:
    """The operations of a walk without a client, with the status of each response."""
    return statuses(Walk(account))


def statuses(walk: Walk) -> list[tuple[str, int]]:
    """Walk; returns the operations with the status of each response."""
    return [(operation.name, answer.status_code) for operation, answer in walk.run()]


@pytest.mark.parametrize("release", CLIENTS)
def test_every_call(
    account: Caller, drivers: Drivers, expected: list[tuple[str, int]], release: str, tmp_path: Path
) -> None:
    walk = ClientWalk(account, drivers.client(release, account), tmp_path)
    assert statuses(walk) == expected
    if release in COMPAT:
        assert set(walk.outcomes().values()) == {"yes"}
        return
    if os.environ.get("HELIOGRAPH_TEST_REWRITE"):
        rewrite(release, walk.outcomes())
    assert documented()[release] == walk.outcomes()
