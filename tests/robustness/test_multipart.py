"""Fuzzing multipart bodies: no server errors, and refused uploads are not stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.api.database import Database
from tests.api.files import BOUNDARY, PNG, PUBLIC, stored, upload_body
from tests.harness import Caller, Server, new_app
from tests.robustness.answers import Connection, request, sound

pytestmark = pytest.mark.one_engine
BOUNDED = settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ROWS = ("attachment", "attachment_chunk")
WORDS = [
    b"--frontier", b"--frontier--", b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"--", b"Content-Disposition: form-data; ",
    b'name="source"', b"name=source", b"; ", b'filename="a.png"', b"filename*=UTF-8''a.png", b"filename*0*=", b"\x00",
    b"Content-Type: image/png", b"Content-Type: ;;;", b":", b"\xff\xfe", PNG[:20], b"x" * 9000, b'"', b"\\", b"'", b"*",
    b"Content-Disposition", b"Content-Transfer-Encoding: base64", b"=", b" ", b"\t", "ä".encode(),
]  # fmt: skip
VALID = (
    b'--frontier\r\nContent-Disposition: form-data; name="source"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
    + PNG[:40]
    + b"\r\n--frontier--\r\n"
)


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """A valid body, with something replaced or inserted in a few places."""
    body = VALID
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        length = draw(st.integers(0, 12))
        body = body[:at] + draw(st.sampled_from(WORDS) | st.binary(max_size=4)) + body[at + length :]
    return body


def assert_refusals_are_not_stored(api: Caller, database: Database, bodies: Any, minimum: int) -> None:
    """Send generated bodies, and check that refused uploads are not stored."""
    statuses: list[int] = []

    @BOUNDED
    @given(body=bodies)
    def run(body: bytes) -> None:
        statuses.append(sound(upload_body(api, body)).status)

    run()
    assert set(statuses) <= {201, 400, 415}
    assert len(statuses) - statuses.count(201) >= minimum
    removals = database.rows("SELECT count(*) FROM attachment_removal WHERE app_id = $1 AND due_at > 0", api.app_id)
    assert removals == [(0,)]
    assert stored(database, api.app_id)["attachment"] == statuses.count(201)


@pytest.fixture
def database(server: Server) -> Database:
    """The database of the server."""
    return Database(server.database_url)


def test_mutated_bodies(api: Caller, database: Database) -> None:
    assert_refusals_are_not_stored(api, database, mutations(), minimum=50)


def test_bodies_of_random_words(api: Caller, database: Database) -> None:
    words = st.lists(st.sampled_from(WORDS), max_size=25).map(b"".join)
    assert_refusals_are_not_stored(api, database, words | st.binary(max_size=200), minimum=100)


def test_bodies_in_pieces_of_any_size(api: Caller) -> None:
    """It makes no difference where the network splits a body."""
    content = PNG + b"\r\n--frontie\r\n\r" + PNG
    body = VALID.replace(PNG[:40], content)

    def pieces(size: int) -> Iterator[bytes]:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    contents = set()
    for size in (1, 2, 3, 7, 64, 1000, len(body)):
        answer = upload_body(api, pieces(size))
        assert answer.status_code == 201, answer.text
        contents.add(api.http.get(answer.json()["attachment"]["mediaUrl"]).content)
    assert contents == {content}


@pytest.mark.parametrize(
    "content_type",
    [
        b"multipart/form-data; boundary=" + b"x" * 300,
        b'multipart/form-data; boundary="front\'ier"',
        b"multipart/form-data; boundary=frontier; boundary=other",
        b"multipart/form-data; boundary*=UTF-8''frontier",
        b"multipart/form-data; boundary=\xff",
        b"multipart/form-data; boundary*=idna''%80",
        b'multipart/form-data; boundary="',
        b"MULTIPART/Form-Data; BOUNDARY=frontier",
        b"multipart/form-data;" + b";" * 5000,
        b"multipart/form-data; boundary=front\tier",
    ],
)
def test_content_types(server: Server, account: Caller, content_type: bytes) -> None:
    api = new_app(account)
    assert api.auth is not None
    with Connection(server.url) as connection:
        lines = (b"Content-Type: " + content_type, b"Content-Length: %d" % len(VALID))
        target = f"/v2/apps/{api.app_id}/attachments?access=public"
        connection.say(request("POST", target, api.auth, *lines) + VALID)
        assert sound(connection.answer()).status in (201, 400, 415)


def test_compressed_bodies_are_refused(api: Caller) -> None:
    """A compressed body is not multipart."""
    assert upload_body(api, VALID, None, **{"content-encoding": "gzip"}).status_code == 415
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", "content-encoding": "identity"}
    assert api("POST", "/attachments", content=VALID, params=PUBLIC, headers=headers).status_code == 201
