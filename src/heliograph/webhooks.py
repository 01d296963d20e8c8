"""Receiving webhooks: whether a call comes from the API, and what it tells.

    delivery = webhooks.receive(request.headers, body, secret="…")
    for event in delivery.events:
        match event:
            case webhooks.ConversationJoinEvent():
                print(event.payload.user.id, "joined", event.payload.conversation.id)

The same event may come more than once: `event.id` tells.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping

import msgspec

from heliograph.client.events import *  # noqa: F403 (the names of all events, which are generated)
from heliograph.client.events import EVENTS, Event
from heliograph.client.model import Model, one, plain, tagged
from heliograph.errors import DecodeError, HeliographError

HEADER = "x-api-key"


class WrongSecret(HeliographError):
    """A call that does not carry the secret of the webhook: answer 401 or 403, and do nothing."""


class Sender(Model):
    """The app, or the webhook, that a delivery is of."""

    id: str = plain("id")
    version: str | None = plain("version")


class Delivery(Model):
    """One call of a webhook: several events of one app."""

    app: Sender = one("app", Sender)
    webhook: Sender = one("webhook", Sender)
    events: list[Event] = tagged("events", "type", EVENTS, several=True, otherwise=Event)


def verify(headers: Mapping[str, str], secret: str | Iterable[str]) -> bool:
    """Whether the `X-API-Key` among the headers of a call is the secret of the webhook, or one of several.

    It takes as long for a wrong secret as for a right one.
    """
    given = next((value for name, value in headers.items() if name.lower() == HEADER), "").encode()
    known = [secret] if isinstance(secret, str) else list(secret)
    if not all(known):
        raise ValueError("an empty secret would let everybody in")
    matches = [hmac.compare_digest(given, one.encode()) for one in known]
    return any(matches)


def parse(body: bytes | str) -> Delivery:
    """What the body of a call tells.

    Raises:
        DecodeError: it is not a JSON object with a list of events.
    """
    try:
        data = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise DecodeError("the body of the webhook is not JSON") from None
    if not isinstance(data, dict) or not isinstance(data.get("events"), list):
        raise DecodeError("the body of the webhook is not an object with a list of events")
    return Delivery(data)


def receive(headers: Mapping[str, str], body: bytes | str, secret: str | Iterable[str]) -> Delivery:
    """What a call tells, if it comes from the API.

    Raises:
        WrongSecret: the call does not carry the secret.
        DecodeError: its body is not a JSON object with a list of events.
    """
    if not verify(headers, secret):
        raise WrongSecret("X-API-Key is not the secret of the webhook")
    return parse(body)
