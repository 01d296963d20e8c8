"""Decoding of bodies, with all violations in one response."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from msgspec import Meta

from heliograph.errors import BadRequest
from heliograph.wire import apps, conversations, participants, times, users
from heliograph.wire.base import Body
from heliograph.wire.rules import at_least_one, at_most_one, distinct
from heliograph.wire.validation import MALFORMED, MAX_DEPTH, decode


class Circle(Body, tag_field="type", tag="circle"):
    """A shape with a rule."""

    radius: Annotated[int, Meta(ge=1)] | None = None
    across: int | None = None
    more: dict[str, Any] | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        yield from at_most_one(given, "radius", "across")
        yield from at_least_one(given, "radius", "across")


class Square(Body, tag_field="type", tag="square"):
    """A shape without a rule."""

    side: float


class Drawing(Body):
    """Shapes in an object and in a list."""

    frame: Circle | Square
    shapes: Annotated[list[Circle | Square], Meta(min_length=1, max_length=3)] | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return distinct(given, "shapes", "side")


SHAPE = Circle | Square
SHAPES: list[tuple[Any, bytes, list[str]]] = [
    (SHAPE, b"[]", ["body should be object"]),
    (SHAPE, b"null", ["body should not be null"]),
    (SHAPE, b"{}", ["should have required property 'type'"]),
    (SHAPE, b'{"type":null}', ["type should not be null"]),
    (SHAPE, b'{"type":[]}', ["type should be string"]),
    (SHAPE, b'{"type":"line"}', ["type should be equal to one of the allowed values: circle, square"]),
    (SHAPE, b'{"type":"square"}', ["should have required property 'side'"]),
    (SHAPE, b'{"type":"circle"}', ["at least one of radius, across is required"]),
    (SHAPE, b'{"type":"square","side":1e400}', [MALFORMED]),
    (Drawing, b'{"frame":7}', ["frame should be object"]),
    (Drawing, b'{"frame":{"type":"circle"}}', ["frame at least one of radius, across is required"]),
    (
        Drawing,
        b'{"frame":{"side":1},"shapes":[]}',
        ["frame should have required property 'type'", ".shapes: should not have fewer than 1 items"],
    ),
    (
        Drawing,
        b'{"frame":{"type":"square","side":1},"shapes":[{"type":"circle","radius":1,"across":2},{"type":"circle"}]}',
        [
            "shapes[0] at most one of radius, across may be given, 2 given",
            "shapes[1] at least one of radius, across is required",
        ],
    ),
    (
        Drawing,
        b'{"frame":{"type":"circle","radius":0,"across":1,"more":{"x":null}},"shapes":[null,{"type":"square"},1,[]]}',
        [
            "frame.radius should be >= 1",
            "frame at most one of radius, across may be given, 2 given",
            ".shapes: should not have more than 3 items",
            "shapes[0] should not be null",
            "shapes[1] should have required property 'side'",
            "shapes[2] should be object",
            "shapes[3] should be object",
        ],
    ),
    (
        Drawing,
        b'{"frame":{"type":"square","side":1},"shapes":[{"type":"square","side":"a"},{"type":"square","side":"a"}]}',
        [
            "shapes[0].side should be number",
            "shapes[1].side should be number",
            "every one of shapes should have a side of its own",
        ],
    ),
]

ELEVEN = b'{"type":"sdkGroup","participants":[' + b",".join([b'{"userId":"u"}'] * 11) + b"]}"

WRONG: list[tuple[type[Any], bytes, list[str]]] = [
    (apps.AppCreateBody, b"{}", ["should have required property 'displayName'"]),
    (apps.AppCreateBody, b'{"displayName":null}', ["displayName should not be null"]),
    (apps.AppCreateBody, b'{"displayName":""}', ["displayName should NOT be shorter than 1 characters"]),
    (apps.AppCreateBody, b"[]", ["body should be object"]),
    (apps.AppCreateBody, b"null", ["body should not be null"]),
    (apps.AppCreateBody, b"{", [MALFORMED]),
    (apps.AppCreateBody, b"\xff", [MALFORMED]),
    (apps.AppCreateBody, b"[" * 10_000, [MALFORMED]),
    (apps.AppCreateBody, b'{"displayName":"\\ud80"}', [MALFORMED]),
    (
        apps.AppCreateBody,
        b'{"displayName":"A","metadata":{"a":[],"b":{},"c":null,"d":1,"e":true,"f":1.5,"g":"x"}}',
        ["metadata.a should be string or number or boolean", "metadata.b should be string or number or boolean"],
    ),
    (
        apps.AppCreateBody,
        b'{"displayName":7,"settings":{"conversationRetentionSeconds":-1,"echoPostback":1}}',
        [
            "displayName should be string",
            "settings.conversationRetentionSeconds should be >= 0",
            "settings.echoPostback should be boolean",
        ],
    ),
    (
        conversations.ConversationCreateBody,
        b'{"type":"group","participants":[null,{"userId":5}]}',
        [
            "type should be equal to one of the allowed values: personal, sdkGroup",
            "participants[0] should not be null",
            "participants[1].userId should be string",
        ],
    ),
    (conversations.ConversationCreateBody, ELEVEN, [".participants: should not have more than 10 items"]),
    (
        users.UserCreateBody,
        b'{"externalId":"","signedUpAt":"2020-01-01","profile":{"givenName":5}}',
        [
            "externalId should NOT be shorter than 1 characters",
            "signedUpAt should be an ISO 8601 time with its offset",
            "profile.givenName should be string",
        ],
    ),
    (users.UserCreateBody, b'{"externalId":"a\\u0000b"}', ["strings should NOT contain the NUL character"]),
    (
        participants.ParticipantJoinBody,
        b'{"subscribeSDKClient":"true"}',
        ["subscribeSDKClient should be boolean", "exactly one of userId, userExternalId is required, none given"],
    ),
]


@pytest.mark.parametrize(("kind", "body", "titles"), [*WRONG, *SHAPES])
def test_every_violation_has_its_title(kind: type[Any], body: bytes, titles: list[str]) -> None:
    with pytest.raises(BadRequest) as refused:
        decode(body, kind, require_subscribe=False)
    assert list(refused.value.titles) == titles


def test_titles_are_bounded() -> None:
    body = b'{"displayName":"A","metadata":{' + b",".join(b'"%d":[]' % number for number in range(500)) + b"}}"
    with pytest.raises(BadRequest) as refused:
        decode(body, apps.AppCreateBody, require_subscribe=False)
    assert len(refused.value.titles) == 20


def test_the_tag_of_an_object_determines_its_type() -> None:
    drawing = decode(
        b'{"shapes":[{"side":2,"type":"square","more":1}],"frame":{"type":"circle","across":3,"more":{"x":null}}}',
        Drawing,
        require_subscribe=False,
    )
    assert drawing == Drawing(frame=Circle(across=3, more={"x": None}), shapes=[Square(side=2)])
    assert decode(b'{"type":"square","side":1}', SHAPE, require_subscribe=False) == Square(side=1)


def test_valid_bodies_pass() -> None:
    body = decode(
        b'{"userId":"x","userExternalId":null,"more":[1]}', participants.ParticipantJoinBody, require_subscribe=False
    )
    assert (body.user_id, body.user_external_id, body.subscribe_sdk_client) == ("x", None, None)
    assert (
        decode(b'{"externalId":"a\\\\u0000"}', users.UserCreateBody, require_subscribe=True).external_id == "a\\u0000"
    )


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_592_923_667_492, "2020-06-23T14:47:47.492Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ],
)
def test_times(milliseconds: int, text: str) -> None:
    assert times.to_text(milliseconds) == text


def nested(depth: int, inmost: str = "1") -> str:
    """Alternately nested objects and arrays; an odd depth has one more array."""
    opening = ('{"a":[' * depth)[: depth // 2 * 6] + "[" * (depth % 2)
    return opening + inmost + "]" * (depth % 2) + "]}" * (depth // 2)


@pytest.mark.parametrize("depth", [MAX_DEPTH - 2, MAX_DEPTH - 1, MAX_DEPTH, 970, 975, 980, 20_000])
@pytest.mark.parametrize("where", ["more", "unknown"])
def test_a_body_that_is_nested_too_deeply_is_refused(depth: int, where: str) -> None:
    text = "[{" * 500 + '\\"' + "[{" * 500
    body = f'{{"type":"circle","{text}":"{text}","radius":1,"{where}":{nested(depth)}}}'.encode()
    if depth < MAX_DEPTH:
        decode(body, Circle, require_subscribe=False)
    else:
        with pytest.raises(BadRequest, match=MALFORMED):
            decode(body, Circle, require_subscribe=False)


@pytest.mark.parametrize("body", [b'{"a":"' + b'\\"' * 50_000, b'"\\' * 50_000])
def test_an_unterminated_string_is_refused_in_linear_time(body: bytes) -> None:
    with pytest.raises(BadRequest, match=MALFORMED):
        decode(body + b"[" * 300, Circle, require_subscribe=False)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("\\\\u0000", False),
        ("\\u0000", True),
        ("\\\\\\u0000", True),
        ("\\\\\\\\u0000", False),
        ("a\\\\\\nu0000\\u0000", True),
    ],
)
def test_nul_is_found_at_any_depth(text: str, holds: bool) -> None:
    """Text that only looks like an escape of NUL is accepted."""
    deep = nested(MAX_DEPTH - 1, f'"{text}"')
    for more in (f'{{"{text}":1}}', f'{{"b":[["{text}"]]}}', deep):
        body = f'{{"type":"circle","radius":1,"more":{more}}}'.encode()
        if holds:
            with pytest.raises(BadRequest, match="NUL"):
                decode(body, Circle, require_subscribe=False)
        else:
            decode(body, Circle, require_subscribe=False)


def test_a_violation_at_the_end_of_a_large_body_is_reported() -> None:
    body = {"displayName": "A", "metadata": {f"k{number}": number for number in range(5_000)} | {"wrong": []}}
    with pytest.raises(BadRequest) as refused:
        decode(json.dumps(body).encode(), apps.AppCreateBody, require_subscribe=True)
    assert refused.value.titles == ("metadata[...] is not valid",)
