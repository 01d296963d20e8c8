"""Bodies: the examples are valid, and each violated limit, missing field and violated rule has its title."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from heliograph.errors import BadRequest
from heliograph.wire.base import Body
from heliograph.wire.chaos import ChaosBody
from heliograph.wire.formats import Json
from heliograph.wire.operations import BodyType
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.sandbox import SANDBOX_TOOLS
from heliograph.wire.validation import decode
from tests.cases import each
from tests.unit.bodies import EXAMPLES
from tests.unit.contents import PICTURE
from tests.unit.limits import LIMITS
from tests.unit.walking import Path, Place, changed, demands, named, places

examples = each(EXAMPLES)


STRICT: set[BodyType] = {ChaosBody}
"""The bodies whose unknown fields are refused."""


def titles(kind: BodyType, body: Any) -> list[str]:
    """The titles of the violations of a body."""
    try:
        decode(json.dumps(body).encode(), kind, require_subscribe=True)
    except BadRequest as error:
        return list(error.titles)
    return []


@examples
def test_examples_pass(name: str) -> None:
    kind, least, full = EXAMPLES[name]
    assert titles(kind, least) == []
    assert titles(kind, full) == []
    refused = [] if kind not in STRICT else ["should NOT have the additional property 'somethingElse'"]
    assert titles(kind, {**full, "somethingElse": [None]}) == refused


def test_every_body_of_the_table_has_an_example() -> None:
    bodies = {
        operation.body.kind
        for operation in (*OPERATIONS, *EXTENSIONS, *SANDBOX_TOOLS, *CONSOLE_OPERATIONS)
        if isinstance(operation.body, Json)
    }
    assert bodies == {kind for kind, _, _ in EXAMPLES.values()}


def test_every_field_of_every_object_is_in_an_example() -> None:
    missing: dict[type, set[str]] = {}
    for kind, least, full in EXAMPLES.values():
        for place in (*places(kind, least), *places(kind, full)):
            fields = {field.encode_name for field in place.kind.fields}
            missing[place.kind.cls] = missing.get(place.kind.cls, fields) - place.value.keys()
    assert {kind.__name__: names for kind, names in missing.items() if names} == {}
    # Base classes are never sent, only their subclasses.
    ours = {kind for kind in _bodies(Body) if kind.__module__.startswith("heliograph.")}
    unseen = {kind.__name__ for kind in ours - missing.keys() if not kind.__subclasses__()}
    # Imports check the fields of objects that are stored as they are.
    imported = {kind.__name__ for kind in ours if kind.__name__.startswith(("Imported", "MessagePart"))}
    assert unseen == {"AttachmentUploadBody", *imported}


def _bodies(kind: type[Body]) -> Iterator[type[Body]]:
    for one in kind.__subclasses__():
        yield one
        yield from _bodies(one)


OBJECTS = [(name, place) for name, (kind, _, full) in EXAMPLES.items() for place in places(kind, full)]
"""Every object in the full examples, with the name of its example."""


def test_types_have_the_documented_limits() -> None:
    found = {place.kind.cls.__name__: demands(place.kind) for _, place in OBJECTS}
    assert {name: text for name, text in found.items() if text} == LIMITS


def breaches(name: str, value: Any, limit: str) -> Iterator[tuple[Any, str]]:
    """Values that violate a limit, each with a part of its title."""
    if "|" in limit and limit.startswith("of "):
        yield ["other"], f"{name}[0] should be equal to one of the allowed values: {limit[3:].replace('|', ', ')}"
    elif ".." not in limit and limit not in ("", "form"):
        yield "other", f"{name} should be equal to one of the allowed values: {limit.replace('|', ', ')}"
    if limit.endswith("form"):
        wrong: Any = ["no such form"] if isinstance(value, list) else "no such form"
        yield wrong, f"{name}{'[0]' if isinstance(value, list) else ''} should match pattern "
    least, dots, most = limit.split(" ")[0].partition("..")
    if dots and least and int(least):
        yield _of_size(value, int(least) - 1), LESS[type(value)].format(name, least)
    if dots and most:
        yield _of_size(value, int(most) + 1), MORE[type(value)].format(name, most)


LESS = {
    str: "{} should NOT be shorter than {} characters",
    list: ".{}: should not have fewer than {} items",
    int: "{} should be >= {}",
}
MORE = {
    str: "{} should NOT be longer than {} characters",
    list: ".{}: should not have more than {} items",
    int: "{} should be <= {}",
}


def _of_size(value: Any, size: int) -> Any:
    if isinstance(value, str):
        return "x" * size
    return value[:1] * size if isinstance(value, list) else size


def demanded() -> Iterator[tuple[str, Path, Any, str]]:
    """One violation of every limit: the example, the path, the value, and the beginning of the title."""
    for object_name, text in LIMITS.items():
        for line in text.split(", "):
            name, _, limit = line.partition(" ")
            field = name.rstrip("!")
            example, place = next(
                (example, place)
                for example, place in OBJECTS
                if place.kind.cls.__name__ == object_name and field in place.value
            )
            path = (*place.path, field)
            if name != field:
                yield example, path, ..., f"{named(place.path)} should have required property '{field}'".lstrip()
            for value, title in breaches(named(path), place.value[field], limit):
                yield example, path, value, title


@each(demanded(), lambda one: f"{one[0]}, {one[1]}, {one[3]}")
def test_a_violated_limit_has_its_title(one: tuple[str, Path, Any, str]) -> None:
    example, path, value, title = one
    kind, _, full = EXAMPLES[example]
    found = titles(kind, changed(full, path, value))
    assert [one for one in found if one.startswith(title)], found


def known(place: Place) -> list[str]:
    """The fields of an object in an example that its type has."""
    names = {field.encode_name for field in place.kind.fields} | {place.kind.tag_field}
    return [name for name in place.value if name in names]


@examples
def test_a_wrong_type_has_its_title(name: str) -> None:
    kind, _, full = EXAMPLES[name]
    for place in places(kind, full):
        for field in known(place):
            path, value = (*place.path, field), place.value[field]
            found = titles(kind, changed(full, path, 7 if isinstance(value, str | list | dict) else "x"))
            assert [one for one in found if one.startswith(f"{named(path)} should be ")], (named(path), found)
            assert not [one for one in found if "`" in one or "$" in one]


@examples
def test_null_means_absent_for_an_optional_field(name: str) -> None:
    kind, _, full = EXAMPLES[name]
    for place in places(kind, full):
        required = {one.encode_name for one in place.kind.fields if one.required} | {place.kind.tag_field}
        for field in known(place):
            path = (*place.path, field)
            refused = f"{named(path)} should not be null" in titles(kind, changed(full, path, None))
            assert refused == (field in required), named(path)


TEMPLATE = {"type": "template", "template": {}}
FIELD = {"type": "text", "name": "n", "label": "N"}
LOCATION = {"type": "location", "coordinates": {"lat": 1, "long": 2}}
NOTHING = "at least one of text, htmlText, markdownText, actions is required"
RULES: list[tuple[str, Path, Any, str]] = [
    ("whole message", ("author", "userId"), "u", "author exactly one of userId, userExternalId is required, 2 given"),
    ("whole message", ("author", "userExternalId"), ..., "author exactly one of userId, userExternalId is required"),
    ("activity", ("author", "userExternalId"), ..., "author exactly one of userId, userExternalId is required"),
    ("activity", ("type",), "typing:start", "type should be conversation:read for an author of type user"),
    ("whole message", ("destination",), {}, "destination exactly one of integrationId, integrationType is required"),
    (
        "whole message",
        ("destination", "integrationId"),
        "i",
        "destination exactly one of integrationId, integrationType",
    ),
    ("text", ("content",), {"type": "text"}, f"content {NOTHING}"),
    ("text", ("content",), {"type": "text", "text": "", "actions": []}, f"content {NOTHING}"),
    ("text", ("content", "markdownText"), "f", "content at most one of htmlText, markdownText may be given, 2 given"),
    ("file", ("content", "markdownText"), "f", "content at most one of htmlText, markdownText may be given, 2 given"),
    ("image", ("content", "markdownText"), "f", "content at most one of htmlText, markdownText may be given, 2 given"),
    ("form", ("content", "fields"), [FIELD, FIELD], "content every one of fields should have a name of its own"),
    (
        "formResponse",
        ("content", "fields"),
        [FIELD, FIELD],
        "content every one of fields should have a name of its own",
    ),
    (
        "form",
        ("content", "fields", 0, "options", 1, "name"),
        "s",
        "content.fields[0] every one of options should have a",
    ),
    (
        "form",
        ("content", "fields", 0, "minSize"),
        21,
        "content.fields[0] should NOT have a minSize, 21, above its maxSize",
    ),
    (
        "form",
        ("content", "fields"),
        [{**FIELD, "minSize": 129}],
        "content.fields[0] should NOT have a minSize, 129, above",
    ),
    ("text", ("content",), TEMPLATE, "schema should be whatsapp for content of type template"),
    (
        "text",
        ("content",),
        {"type": "hologram"},
        "content.type should be equal to one of the allowed values: carousel, ",
    ),
    ("text", ("content",), {"text": "Fog"}, "content should have required property 'type'"),
    (
        "text",
        ("content", "actions", 1),
        {"type": "tap"},
        "content.actions[1].type should be equal to one of the allowed",
    ),
    (
        "list",
        ("content", "actions", 0, "type"),
        "reply",
        "content.actions[0].type should be equal to one of the allowed",
    ),
    ("text", ("content", "actions", 0, "metadata", "deep"), {}, "content.actions[0].metadata.deep should be string or"),
    ("carousel", ("content", "items", 9), None, "content.items[9] should not be null"),
    (
        "conversion messenger",
        ("whatsapp",),
        {"payload": {"data": []}},
        "exactly one of messenger, instagram, whatsapp is",
    ),
    ("integration twilio", ("phoneNumberSid",), "", "phoneNumberSid should NOT be shorter than 1 characters"),
    ("integration web", ("type",), "windows", "type should be equal to one of the allowed values: android, apple, "),
    ("webhook", ("target",), "ftp://example.invalid/x", "target should match pattern"),
    ("webhook", ("triggers",), ["Conversation:Join"], "triggers[0] should be equal to one of the allowed values: "),
    (
        "switchboard integration",
        ("integrationType",),
        "t",
        "exactly one of integrationId, integrationType is required, 2",
    ),
    (
        "switchboard integration",
        ("integrationId",),
        ...,
        "exactly one of integrationId, integrationType is required, none",
    ),
    ("switchboard integration update", ("integrationId",), "i", "at most one of integrationId, integrationType may be"),
    (
        "link twilio",
        ("confirmation", "message", "content"),
        LOCATION,
        "confirmation should have a message of type text",
    ),
    (
        "link twilio",
        ("confirmation", "message", "content", "actions", 0),
        {"type": "postback", "text": "t", "payload": "p"},
        "confirmation should have a message with no actions but links",
    ),
    (
        "conversation",
        ("participants", 1),
        {"userId": "u"},
        "participants[1] should have required property 'subscribeSDK",
    ),
    ("conversation", ("participants", 1, "userId"), ..., "participants[1] exactly one of userId, userExternalId is"),
    (
        "conversation",
        ("type",),
        "personal",
        "participants should have exactly 1 item in a conversation of type personal",
    ),
    ("join", ("userId",), "u", "exactly one of userId, userExternalId is required, 2 given"),
    ("leave", ("userId",), "u", "exactly one of userId, userExternalId, participantId is required, 2 given"),
]


@pytest.mark.parametrize(("example", "path", "value", "title"), RULES)
def test_a_violated_rule_between_fields_has_its_title(example: str, path: Path, value: Any, title: str) -> None:
    kind, _, full = EXAMPLES[example]
    found = titles(kind, changed(full, path, value))
    assert [one for one in found if one.startswith(title)], found
    # The title is also reported together with a type violation, at which the decoder stops early.
    both = titles(kind, {**changed(full, path, value), "metadata": 7, "displayName": 7, "more": PICTURE})
    assert [one for one in both if one.startswith(title)], both


def test_twilio_needs_a_number_or_a_service() -> None:
    kind, least, _ = EXAMPLES["integration twilio"]
    assert titles(kind, changed(least, ("phoneNumberSid",), ...)) == [
        "at least one of messagingServiceSid, phoneNumberSid is required"
    ]


def test_all_violations_of_a_message_are_in_one_response() -> None:
    kind, _, full = EXAMPLES["carousel"]
    body = changed(full, ("content", "items", 3, "title"), "")
    body = changed(body, ("content", "items", 4, "actions", 0, "uri"), ...)
    body = changed(body, ("author",), {"type": "user"})
    assert titles(kind, body) == [
        "author exactly one of userId, userExternalId is required, none given",
        "content.items[3].title should NOT be shorter than 1 characters",
        "content.items[4].actions[0] should have required property 'uri'",
    ]
