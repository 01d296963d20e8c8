"""Fuzzing bodies: no server errors, and refused requests change nothing.

HELIOGRAPH_TEST_ROUNDS multiplies the number of generated bodies.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from heliograph.wire.formats import Json, JsonOrForm
from heliograph.wire.operations import AnyOperation
from tests.databases import POSTGRESQL, SQLITE
from tests.harness import Caller
from tests.robustness.answers import post, posts
from tests.robustness.bases import base_of
from tests.robustness.bodies import JUNK, SAMPLES, STRINGS, distinct, places, put, with_junk, wrong
from tests.security.calls import BY_NAME, OFFERED, call
from tests.security.worlds import World, new_world, snapshot

LIMIT = 102_400
WITH_BODY = [operation for operation in OFFERED if isinstance(operation.body, Json)]
MALFORMED = "Request body is not valid JSON"
# Engines differ only in what they store, and most generated bodies are refused before that.
ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1"))
EXAMPLES = {SQLITE: 15 * ROUNDS, POSTGRESQL: 5 * ROUNDS}
BOUNDED = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
operations = pytest.mark.parametrize("operation", WITH_BODY, ids=lambda one: one.name)
refused = pytest.mark.one_engine  # the bodies are refused before anything is stored


@pytest.fixture(scope="module")
def world(account: Caller) -> World:
    """An app that the tests of this module may change."""
    return new_world(account, "Maltreated")


@pytest.fixture(scope="module")
def last_seen() -> dict[str, Any]:
    """The snapshot of the world after the last test, if that test must leave the world unchanged."""
    return {}


@pytest.fixture(autouse=True)
def forget(request: pytest.FixtureRequest, last_seen: dict[str, Any]) -> None:
    """Forget the snapshot before a test that may change the world."""
    if "unchanged" not in request.fixturenames:
        last_seen.clear()


@pytest.fixture
def unchanged(forget: None, world: World, last_seen: dict[str, Any]) -> Iterator[None]:
    """Check that the test leaves the world unchanged. Two such tests in a row share the snapshot between them."""
    before = {**last_seen} or snapshot(world)
    last_seen.clear()
    yield
    after = snapshot(world)
    assert after == before
    last_seen.update(after)


def code_of(operation: AnyOperation) -> str:
    """The code of the error for an invalid body."""
    return operation.body.invalid.code if isinstance(operation.body, JsonOrForm) else "bad_request"


def kinds_of(operation: AnyOperation) -> list[Any]:
    """The types of the bodies that the operation accepts."""
    return list(get_args(operation.body.kind)) or [operation.body.kind]


def readable(world: World) -> None:
    """Check that everything stored can be read."""
    assert [name for name, seen in snapshot(world).items() if not isinstance(seen, dict)] == []


@refused
@operations
@pytest.mark.usefixtures("unchanged")
def test_wrong_types_in_every_field(world: World, operation: AnyOperation) -> None:
    path = world.path(operation)
    names: dict[bytes, str] = {}
    known: set[tuple[Any, str]] = set()
    for body, place, kind in [(one, *found) for one in kinds_of(operation) for found in places(one)]:
        name = [step for step in place if isinstance(step, str)][-1]
        # If a type occurs again in the same kind of object, the same decoder reads it, so one value is enough.
        alike = (place[-2:], repr(kind))
        values = wrong(kind)[:1] if alike in known else wrong(kind)
        known.add(alike)
        names |= {json.dumps(put(base_of(operation, world, body), place, value)).encode(): name for value in values}
    for content, answer in posts(world.owner, operation.method, path, names):
        assert answer.status == 400, content
        assert {code for code, _ in answer.errors} == {code_of(operation)}
        assert any(names[content] in title for _, title in answer.errors), answer.errors
    assert len(names) >= 9


@operations
def test_junk_in_every_field(account: Caller, engine: str, operation: AnyOperation) -> None:
    """Bytes that are not text do not reach the database."""
    world = new_world(account, "Junk")
    path = world.path(operation)
    found = distinct(operation.body.kind)
    # If there are many places, they share the junk, because the same code reads several places.
    step = 1 + len(found) // 8
    stored = False
    for number, place in enumerate(found):
        chosen = (JUNK if engine == SQLITE else STRINGS)[number % step :: step]
        contents = [with_junk(base_of(operation, world), place, junk) for junk in chosen]
        for _, answer in posts(world.owner, operation.method, path, contents):
            stored |= answer.status < 400
            if answer.status == 201 and operation.name == "CreateUser":
                assert call(world.api, "GetUser", userIdOrExternalId=json.loads(answer.body)["user"]["id"]).is_success
        if stored and (number % step == 0 or number == len(found) - 1):
            readable(world)
            stored = False


@refused
@operations
@pytest.mark.parametrize("known", ["", "displayName"], ids=["alone", "with a known field"])
def test_junk_in_a_field_that_is_ignored(world: World, operation: AnyOperation, known: str) -> None:
    """Values of unknown keys are skipped, unless another part of the body causes them to be read."""
    path = world.path(operation)
    mine = f'"{known}":"Name",'.encode() if known else b""
    # The same decoder skips unknown keys for every operation, so each operation gets every fourth piece of junk.
    contents = [
        b"{" + mine + b'"unknown":' + junk + b',"other":' + other + b"}"
        for junk in JUNK[WITH_BODY.index(operation) % 4 :: 4]
        for other in (b"1", b'"\\u0000"', b'"\\ud800"', b"1e400", b'"\xff"')
    ]
    statuses = [answer.status for _, answer in posts(world.owner, operation.method, path, contents)]
    assert len(statuses) == len(contents)
    if min(statuses, default=400) < 400:
        readable(world)


@refused
@operations
@pytest.mark.usefixtures("unchanged")
def test_bodies_that_are_not_objects(world: World, operation: AnyOperation) -> None:
    path = world.path(operation)
    whole = [json.dumps(value).encode() for name, values in SAMPLES.items() if name != "object" for value in values]
    for content, answer in posts(world.owner, operation.method, path, whole):
        assert (answer.status, answer.errors[0][0]) == (400, code_of(operation)), content


@refused
@operations
@pytest.mark.usefixtures("unchanged")
def test_bodies_that_are_not_json(world: World, operation: AnyOperation) -> None:
    path = world.path(operation)
    text = json.dumps(base_of(operation, world))
    for content, answer in posts(world.owner, operation.method, path, _no_json(text)):
        assert (answer.status, answer.errors) == (400, [(code_of(operation), MALFORMED)]), content


def _no_json(text: str) -> Iterator[bytes]:
    yield from (b"{", b"}", b" ", b"\0", b"\xff", b"{}{}", b"{},", b"{'a':1}", b"{a:1}", b"<a/>", b"a=1&b=2", b"[")
    for coding in ("utf-16", "utf-16-le", "utf-32", "utf-7"):
        yield ("\ufeff" + text if coding == "utf-7" else text).encode(coding)
    yield gzip.compress(text.encode(), mtime=0)
    yield text[:-1].encode()
    yield text.encode() + b"\0"
    yield text.encode() + b"x"
    yield text.replace('"', "'").encode()
    yield text.encode()[:-1] + b",}"
    yield b"[" * (LIMIT // 2) + b"]" * (LIMIT // 2)
    yield b'{"a":' * 15_000 + b"1" + b"}" * 15_000
    yield b"[" * LIMIT


@refused
@operations
def test_duplicate_keys(world: World, operation: AnyOperation) -> None:
    path = world.path(operation)
    contents = [
        b"{" + key + b":" + first + b"," + key + b":" + second + b"}"
        for key in (json.dumps(name).encode() for name in base_of(operation, world))
        for first, second in ((b"1", b"null"), (b"null", b"1"), (b"[]", b"{}"), (b'"a"', b'"b"'))
    ]
    statuses = [answer.status for _, answer in posts(world.owner, operation.method, path, contents)]
    assert len(statuses) == len(contents)
    if min(statuses, default=400) < 400:
        readable(world)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@operations
def test_any_json_and_any_bytes(world: World, engine: str, operation: AnyOperation) -> None:
    path = world.path(operation)
    names = st.sampled_from(
        [next(step for step in place if isinstance(step, str)) for place, _ in places(operation.body.kind)]
    )
    objects = st.dictionaries(names | st.text(), JSON_VALUES, max_size=5).map(lambda one: json.dumps(one).encode())
    statuses: set[int] = set()

    @settings(BOUNDED, max_examples=EXAMPLES[engine])
    @given(content=objects | st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
    def run(content: bytes) -> None:
        statuses.add(post(world.owner, operation.method, path, content).status)

    run()
    assert 400 in statuses
    if min(statuses) < 400:
        readable(world)


@refused
@operations
def test_the_largest_body(world: World, operation: AnyOperation) -> None:
    before, path = snapshot(world), world.path(operation)
    empty = b'{"unknown":""}'

    def chunks(content: bytes) -> Iterator[bytes]:
        yield from (content[start : start + 7000] for start in range(0, len(content), 7000))

    for size, status in ((LIMIT + 1, 413), (LIMIT * 3, 413), (LIMIT, 0)):
        content = empty.replace(b'""', b'"' + b"x" * (size - len(empty)) + b'"')
        assert len(content) == size
        if not status:
            assert snapshot(world) == before
        for sent in (content, chunks(content)):
            answer = post(world.owner, operation.method, path, sent)  # type: ignore[arg-type]
            if status:
                assert answer.status == status
                assert answer.errors == [("payload_too_large", "Request body is limited to 100kb in size")]
                assert answer.closes
            else:
                assert answer.status in (200, 201, 400)
                assert answer.status == 400 or operation.name in (
                    "UpdateApp",
                    "UpdateConversation",
                    "CreateUser",
                    "UpdateUser",
                    "SyncUser",
                    "LoginUser",
                    "PutSupportUser",
                    "UpdateIntegration",
                    "UpdateWebhook",
                    "UpdateSwitchboard",
                    "UpdateSwitchboardIntegration",
                    "AcceptControl",
                    "ReleaseControl",
                )


@refused
@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("application/json; charset=utf-8", 201),
        ("application/json;charset=UTF-8", 201),
        ("APPLICATION/JSON", 201),
        ("application/json ; x=y", 201),
        (None, 415),
        ("", 415),
        ("text/plain", 415),
        ("text/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/jsonp", 415),
        ("json", 415),
        ("text/plain, application/json", 415),
        (b"application/\xff", 415),
        ("x" * 5000, 415),
    ],
)
def test_content_types(world: World, content_type: str | bytes | None, status: int) -> None:
    path = world.path(BY_NAME["CreateUser"])
    answer = post(world.api, "POST", path, b'{"profile":{}}', content_type)
    assert answer.status == status
    empty = post(world.api, "POST", path, b"", content_type)
    assert (empty.status, empty.errors) == (400, [("bad_request", "Request body is required")])


@refused
def test_unexpected_bodies(world: World) -> None:
    for content in (b"{", b"\xff\0", b"x" * (LIMIT + 1), b'{"a":1}'):
        # A request that makes a change is executed once its whole body has arrived, which must be within the limit.
        status = 413 if len(content) > LIMIT else 404
        for content_type in ("application/json", "text/plain", None):
            assert post(world.api, "GET", "/users/ada", content, content_type).status == 200
            assert post(world.api, "DELETE", "/users/nobody", content, content_type).status == status
