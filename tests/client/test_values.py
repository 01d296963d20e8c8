"""Instances of subclasses are sent as `json` encodes them, in bodies, paths, queries and headers."""

from __future__ import annotations

import enum
import json
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest

from heliograph import BasicAuth, BearerAuth, Client, InvalidArgument, JwtAuth, Page, TextMessageBody


class Safe(str):
    """A string like those of template engines, whose `str()` differs from its value."""

    def __str__(self) -> str:
        return "not this"

    def __format__(self, how: str) -> str:
        return "nor this"


class Number(int):
    def __repr__(self) -> str:
        return "no number"


class Real(float):
    def __repr__(self) -> str:
        return "no number"


class Kind(str, enum.Enum):  # noqa: UP042 (its text is not its value)
    USER = "user"


class Name(enum.StrEnum):
    ADA = "ada"


class Level(enum.IntEnum):
    HIGH = 3


Point = namedtuple("Point", "x y")
VALUES: dict[Any, Any] = {
    Safe("safe"): Safe("<b>"),
    "number": Number(7),
    "real": Real(1.5),
    "kind": Kind.USER,
    Name.ADA: Name.ADA,
    "level": Level.HIGH,
    Level.HIGH: 1,
    1.5: 1e16,
    True: False,
    None: "null",
}


@pytest.fixture
def sent() -> list[httpx.Request]:
    """The requests that the client sent."""
    return []


@pytest.fixture
def client(sent: list[httpx.Request]) -> Iterator[Client]:
    """A client whose requests are recorded."""

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={})

    with Client(transport=httpx.MockTransport(answer), auth=BasicAuth(Kind.USER, Safe("p"))) as client:
        yield client


@pytest.mark.parametrize("form", [dict, OrderedDict, lambda given: defaultdict(list, given)])
def test_a_body_is_encoded_as_json_does(client: Client, sent: list[httpx.Request], form: Any) -> None:
    metadata = form(VALUES)
    client.conversations.create_conversation("a", type=Safe("sdkGroup"), metadata=metadata)  # type: ignore[arg-type]
    client.conversations.create_conversation("a", form({Safe("type"): "sdkGroup", "metadata": metadata}))
    for request in sent:
        assert json.loads(request.content) == json.loads(json.dumps({"type": "sdkGroup", "metadata": metadata}))


def test_a_typed_body_may_contain_subclasses(client: Client, sent: list[httpx.Request]) -> None:
    author = {"type": Kind.USER, "userId": Safe("u")}
    typed = TextMessageBody(text=Safe("hello"), payload=Name.ADA)
    client.messages.post_message("a", "c", author=author, content=typed)
    content = {"type": "text", "text": "hello", "payload": "ada"}
    assert json.loads(sent[0].content) == {"author": {"type": "user", "userId": "u"}, "content": content}
    people = Point({"userId": Safe("u")}, {"userId": "v"})
    client.conversations.create_conversation("a", type="sdkGroup", participants=people)
    assert json.loads(sent[1].content)["participants"] == [{"userId": "u"}, {"userId": "v"}]


def test_paths_queries_and_headers_contain_the_plain_text(client: Client, sent: list[httpx.Request]) -> None:
    other = client.with_options(headers={"X-Team": Safe("blue")})
    other.participants.list_participants(Safe("a/b"), Kind.USER, page=Page(after=Safe("0" * 24), size=Level.HIGH))
    other.conversations.list_conversations("a", user_external_id=Kind.USER)
    paged, filtered = sent
    assert paged.url.raw_path.startswith(b"/v2/apps/a%2Fb/conversations/user/participants?")
    assert paged.url.params.multi_items() == [("page[after]", "0" * 24), ("page[size]", "3")]
    assert filtered.url.params["filter[userExternalId]"] == "user"
    assert paged.headers["x-team"] == "blue"
    assert paged.headers["authorization"] == "Basic dXNlcjpw"


def test_credentials_contain_the_plain_text() -> None:
    assert BearerAuth(Safe("token")).header(0) == BearerAuth(lambda: Safe("token")).header(0) == "Bearer token"
    assert JwtAuth(Safe("key"), Safe("secret"), Safe("app")).header(0) == JwtAuth("key", "secret").header(0)  # type: ignore[arg-type]
    wrong: list[Any] = [None, 7, b"x", "", "\ud83d"]
    for value in wrong:
        for kind, arguments in ((BasicAuth, ("a", value)), (BasicAuth, (value, "a")), (JwtAuth, ("a", value))):
            with pytest.raises(InvalidArgument):
                kind(*arguments)
        for token in (value, partial(getattr, [], "missing", value)):  # given, and returned by a function
            with pytest.raises(InvalidArgument):
                BearerAuth(token).header(0)
    for lifetime in ("600", float("nan"), float("inf"), None):
        with pytest.raises(InvalidArgument):
            JwtAuth("a", "b", lifetime=lifetime)  # type: ignore[arg-type]


def test_values_that_json_lacks_are_refused(client: Client, sent: list[httpx.Request]) -> None:
    circle: dict[str, Any] = {}
    circle["x"] = circle
    wrong: list[Any] = [Real("nan"), float("inf"), {1: Real("-inf")}, {(1, 2): 3}, {float("nan"): 1}, {b"x": 1}]
    for value in (*wrong, object(), circle):
        with pytest.raises(InvalidArgument):
            client.conversations.create_conversation("a", type="sdkGroup", metadata={"x": value})
    with pytest.raises(InvalidArgument):
        client.conversations.create_conversation("a", type="sdkGroup", metadata=circle)
    assert sent == []
