"""Checks a seed: each object by the rules of the request that would create it, and the names by which objects refer to
each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any

import msgspec
from msgspec import Struct

from heliograph import ids
from heliograph.domain import messages
from heliograph.errors import BadRequest
from heliograph.sandbox import scripts
from heliograph.sandbox.inboxes import INBOXES_PER_APP, is_name
from heliograph.sandbox.scripts import GivenStep
from heliograph.wire.apps import AppUpdateBody
from heliograph.wire.authors import BUSINESS, USER
from heliograph.wire.conversations import PARTICIPANTS_AT_CREATION, PERSONAL, SDK_GROUP, ConversationCreateBody
from heliograph.wire.inboxes import InboxScriptBody
from heliograph.wire.integrations import CUSTOM, CustomIntegrationBody, IntegrationCreateBody
from heliograph.wire.messages import MessagePost
from heliograph.wire.seeds import Entry, SeedBody
from heliograph.wire.users import UserCreateBody
from heliograph.wire.validation import decode

_MOST_USERS = 100_000
INBOX = "inbox:"
_GLOB = frozenset("*?[")


class PlannedUser(Struct):
    """A user to create. The name is the external id."""

    name: str
    id: str | None
    body: UserCreateBody


class PlannedConversation(Struct):
    """A conversation to create, the names of the users that join it afterwards, and its messages."""

    name: str
    id: str | None
    body: ConversationCreateBody
    joining: list[str]
    messages: list[MessagePost]


class PlannedIntegration(Struct):
    """An integration to create. `secret` is the secret of its webhook; None for a random one."""

    name: str
    id: str | None
    body: IntegrationCreateBody
    secret: str | None


class Plan(Struct):
    """A checked seed."""

    app: AppUpdateBody
    users: list[PlannedUser]
    conversations: list[PlannedConversation]
    integrations: list[PlannedIntegration]
    inboxes: dict[str, Sequence[GivenStep]]
    """The script of each inbox by its name."""


def plan(seed: SeedBody, inbox_url: Callable[[str], str]) -> Plan:
    """Check a seed. `inbox_url` returns the URL of an inbox by its name.

    Raises:
        BadRequest: an object is invalid. The titles begin with its place in the seed.
    """
    with _at(""):
        given = {"displayName": seed.name, "settings": seed.settings, "metadata": seed.metadata}
        app = _decoded({name: value for name, value in given.items() if value is not None}, AppUpdateBody)
    users = list(_users(seed.user or []))
    _require_distinct("user", [one.name for one in users])
    names = {one.name: None for one in users}
    conversations = [_conversation(f"conversation[{n}]", one, names) for n, one in enumerate(seed.conversation or [])]
    _require_distinct("conversation", [one.name for one in conversations])
    integrations = [_integration(f"integration[{n}]", one, inbox_url) for n, one in enumerate(seed.integration or [])]
    _require_distinct("integration", [one.name for one in integrations])
    inboxes = {name: _script(name, steps) for name, steps in (seed.inbox or {}).items()}
    if len(inboxes) > INBOXES_PER_APP:
        raise invalid("inbox", f"a seed has at most {INBOXES_PER_APP} inboxes")
    return Plan(app, users, conversations, integrations, inboxes)


def invalid(place: str, *titles: str) -> BadRequest:
    """The error of an invalid object, whose titles begin with its place in the seed, such as `user[3]`."""
    return BadRequest(*(f"{place}: {title}" if place else title for title in titles))


@contextmanager
def _at(place: str) -> Iterator[None]:
    try:
        yield
    except BadRequest as error:
        raise invalid(place, *error.titles) from None


def _require_distinct(kind: str, names: Sequence[str]) -> None:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            raise invalid(f"{kind}[{number}]", f"{name} is given twice")
        seen.add(name)


def _users(entries: Sequence[Entry]) -> Iterator[PlannedUser]:
    count = 0
    for number, entry in enumerate(entries):
        place = f"user[{number}]"
        own, rest = _split(place, entry, UserCreateBody, ("id", "repeat"))
        repeat = own.get("repeat")
        if repeat is not None and (type(repeat) is not int or not 1 <= repeat <= _MOST_USERS or "id" in own):
            raise invalid(place, f"repeat should be an integer from 1 to {_MOST_USERS}, without id")
        count += repeat or 1
        if count > _MOST_USERS:
            raise invalid(place, f"a seed has at most {_MOST_USERS} users")
        for n in range(1, (repeat or 1) + 1):
            yield _user(place, _numbered(rest, n) if repeat else rest, _id(place, own))


def _user(place: str, entry: Entry, id: str | None) -> PlannedUser:
    with _at(place):
        body = _decoded(entry, UserCreateBody)
        if body.external_id is None:
            raise BadRequest("should have required property 'externalId', by which other objects refer to the user")
    return PlannedUser(body.external_id, id, body)


def _numbered(value: Any, n: int) -> Any:
    """The value with `{n}` in its strings replaced."""
    match value:
        case str():
            return value.replace("{n}", str(n))
        case dict():
            return {name: _numbered(one, n) for name, one in value.items()}
        case list():
            return [_numbered(one, n) for one in value]
    return value


def _conversation(place: str, entry: Entry, users: dict[str, None]) -> PlannedConversation:
    own, rest = _split(place, entry, ConversationCreateBody, ("id", "name", "participants", "messages"))
    name = _name(place, own)
    members = _members(place, own.get("participants") or [], users)
    rest = {"type": SDK_GROUP, "displayName": name, **rest}
    first = members if rest["type"] == PERSONAL else members[:PARTICIPANTS_AT_CREATION]
    rest["participants"] = [{"userExternalId": one, "subscribeSDKClient": False} for one in first]
    with _at(place):
        body = _decoded(rest, ConversationCreateBody)
    posts = own.get("messages") or []
    if not isinstance(posts, list):
        raise invalid(place, "messages should be array")
    said = [_message(f"{place}.messages[{number}]", one, members) for number, one in enumerate(posts)]
    return PlannedConversation(name, _id(place, own), body, members[len(first) :], said)


def _members(place: str, patterns: Any, users: dict[str, None]) -> list[str]:
    """The users that the patterns select, each once."""
    if not isinstance(patterns, list) or not all(isinstance(one, str) for one in patterns):
        raise invalid(place, "participants should be an array of external ids, or patterns such as user-*")
    found: dict[str, None] = {}
    for pattern in patterns:
        if pattern in users:
            found[pattern] = None
            continue
        matching = [name for name in users if fnmatchcase(name, pattern)] if _GLOB & set(pattern) else []
        if not matching:
            raise invalid(place, f"no user of this seed has the external id {pattern}")
        found.update(dict.fromkeys(matching))
    return list(found)


def _message(place: str, entry: Any, members: Sequence[str]) -> MessagePost:
    if not isinstance(entry, dict):
        raise invalid(place, "should be object")
    if unknown := sorted(set(entry) - {"from", "text", "replies", "content", "metadata"}):
        raise invalid(place, *(f"unknown field {name}" for name in unknown))
    sender = entry.get("from", BUSINESS)
    if sender != BUSINESS and sender not in members:
        raise invalid(place, f"from should be {BUSINESS}, or a participant: {sender}")
    author = {"type": BUSINESS} if sender == BUSINESS else {"type": USER, "userExternalId": sender}
    content = entry.get("content") or {"type": "text", "text": entry.get("text")}
    if replies := entry.get("replies"):
        if not isinstance(replies, list) or not isinstance(content, dict):
            raise invalid(place, "replies should be array, and content object")
        content = {**content, "actions": [{"type": "reply", "text": one, "payload": one} for one in replies]}
    with _at(place):
        post: MessagePost = _decoded(
            {"author": author, "content": content, "metadata": entry.get("metadata")}, MessagePost
        )
        messages.check(post)
    return post


def _integration(place: str, entry: Entry, inbox_url: Callable[[str], str]) -> PlannedIntegration:
    own: Entry = {name: entry[name] for name in ("id", "name", "webhook") if name in entry}
    name = _name(place, own)
    rest = {"type": CUSTOM, "displayName": name, **{key: value for key, value in entry.items() if key not in own}}
    webhook = own.get("webhook")
    if not isinstance(webhook, dict | None):
        raise invalid(place, "webhook should be object")
    webhook = dict(webhook or {})
    secret = webhook.pop("secret", None)
    if secret is not None and not is_secret(secret):
        raise invalid(place, "webhook.secret should be a string of printable ASCII characters")
    if isinstance(target := webhook.get("target"), str) and target.startswith(INBOX):
        inbox = target.removeprefix(INBOX)
        _require_inbox_name(place, inbox)
        webhook["target"] = inbox_url(inbox)
    if webhook:
        rest["webhooks"] = [{"triggers": ["*"], **webhook}]
    with _at(place):
        body = _decoded(rest, IntegrationCreateBody)
    if webhook and not isinstance(body, CustomIntegrationBody):
        raise invalid(place, f"only an integration of type {CUSTOM} has a webhook")
    return PlannedIntegration(name, _id(place, own), body, secret)


def _script(name: str, steps: Sequence[Any]) -> Sequence[GivenStep]:
    place = f"inbox.{name}"
    _require_inbox_name(place, name)
    with _at(place):
        script: InboxScriptBody = _decoded({"steps": steps}, InboxScriptBody)
        scripts.parse(script.steps)
    return script.steps


def _require_inbox_name(place: str, name: str) -> None:
    if not is_name(name):
        raise invalid(place, "an inbox should have a name of up to 64 letters, digits, dots, underscores and hyphens")


def is_secret(value: Any) -> bool:
    """Whether a value can be a secret: printable ASCII, because it is sent in headers and set as a variable."""
    return isinstance(value, str) and value != "" and value.isascii() and value.isprintable()


def _split(place: str, entry: Entry, kind: type[Struct], names: Sequence[str]) -> tuple[Entry, Entry]:
    """The fields of the seed itself, and the fields of the body."""
    known = {field.encode_name for field in msgspec.structs.fields(kind)}
    if unknown := sorted(set(entry) - known - set(names)):
        raise invalid(place, *(f"unknown field {name}" for name in unknown))
    own = {name: entry[name] for name in names if name in entry}
    return own, {name: value for name, value in entry.items() if name not in own}


def _name(place: str, own: Entry) -> str:
    if not isinstance(name := own.get("name"), str) or not name:
        raise invalid(place, "should have required property 'name'")
    return name


def _id(place: str, own: Entry) -> str | None:
    if (id := own.get("id")) is not None and not (isinstance(id, str) and ids.is_id(id)):
        raise invalid(place, "id should be 24 lowercase hex characters")
    return id


def _decoded(value: Entry, kind: Any) -> Any:
    return decode(msgspec.json.encode(value), kind, require_subscribe=False)
