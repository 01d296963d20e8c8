"""Receives webhooks: verifies the secret of a call and decodes its events.

    delivery = webhooks.receive(request.headers, body, secret="…")
    for event in delivery.events:
        match event:
            case webhooks.ConversationJoinEvent():
                print(event.payload.user.id, "joined", event.payload.conversation.id)

An event may be delivered more than once; `event.id` identifies it.
"""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from heliograph.client._generated.events import *  # noqa: F403 (the names of all events, which are generated)
from heliograph.client.delivery import Delivery as Delivery
from heliograph.client.delivery import Sender as Sender
from heliograph.errors import DecodeError, HeliographError, InvalidArgument

HEADER = "x-api-key"
_IN_ENVIRON = "http_x_api_key"
Body = bytes | bytearray | memoryview | str
Secret = str | bytes | Iterable[str | bytes]
Headers = Any
"""The headers of a request: a mapping, an object with `items()`, or (name, value) pairs; bytes or text.

A value may be a list of values. A WSGI environ is accepted as well.
"""


class WrongSecret(HeliographError):
    """The call does not have the secret of the webhook: respond with 401 or 403, and ignore it."""


def verify(headers: Headers, secret: Secret) -> bool:
    """Whether an `X-API-Key` header equals the secret of the webhook, or one of several secrets.

    The comparison takes constant time.

    Raises:
        InvalidArgument: the headers have an unsupported type, or a secret is missing or empty.
    """
    known = {form for one in _secrets(secret) for form in _forms(one)}
    given = [form for value in _values(headers) for form in _forms(value)]
    matches = [hmac.compare_digest(one, other) for one in given for other in known]
    return any(matches)


def _secrets(secret: Secret) -> list[str | bytes]:
    known: list[Any] = [secret] if isinstance(secret, str | bytes) else _listed(secret, "secret")
    if not known or not all(isinstance(one, str | bytes) for one in known):
        raise InvalidArgument("secret should be a string or a list of strings")
    if not all(known):
        raise InvalidArgument("secret should not be empty")
    return known


def _listed(value: Any, name: str) -> list[Any]:
    try:
        return list(value)
    except TypeError:
        raise InvalidArgument(f"{name} cannot be of type {type(value).__name__}") from None


def _forms(value: str | bytes) -> set[bytes]:
    """The possible original bytes of a value: frameworks decode headers as UTF-8 or as Latin-1."""
    if isinstance(value, bytes):
        return {value}
    forms = set()
    for encoding in ("utf-8", "latin-1"):
        with contextlib.suppress(UnicodeEncodeError):
            # Some frameworks decode invalid UTF-8 to lone surrogates.
            forms.add(value.encode(encoding, "surrogateescape"))
    return forms


def _values(headers: Headers) -> Iterator[str | bytes]:
    """The values of all `X-API-Key` headers."""
    for name, value in _pairs(headers):
        if _lower(name) not in (HEADER, _IN_ENVIRON):
            continue
        for text in value if isinstance(value, list | tuple) else [value]:
            if text is None:
                continue
            if not isinstance(text, str | bytes):
                raise InvalidArgument(f"the value of a header should be bytes or text, not {type(text).__name__}")
            yield text


def _pairs(headers: Headers) -> Iterator[tuple[Any, Any]]:
    if headers is None:
        return
    found = headers.items() if callable(getattr(headers, "items", None)) else headers
    if isinstance(found, str | bytes):
        raise InvalidArgument(f"headers should be a mapping or pairs, not {type(found).__name__}")
    for pair in _listed(found, "headers"):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise InvalidArgument("headers should be a mapping or (name, value) pairs")
        yield pair[0], pair[1]


def _lower(name: Any) -> str:
    if isinstance(name, bytes):
        return name.decode("latin-1").lower()
    return name.lower() if isinstance(name, str) else ""


def parse(body: Body | None) -> Delivery:
    """Decode the body of a call.

    Raises:
        DecodeError: the body is not a JSON object with a list of events.
        InvalidArgument: the body is neither bytes nor text.
    """
    if not isinstance(body, Body | None):
        raise InvalidArgument(f"body should be the raw bytes or text, not {type(body).__name__}")
    try:
        data = msgspec.json.decode(str.__str__(body) if isinstance(body, str) else bytes(body or b""))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise DecodeError("the body of the webhook is not JSON") from None
    if not isinstance(data, dict) or not isinstance(data.get("events"), list):
        raise DecodeError("the body of the webhook is not an object with a list of events")
    return Delivery(data)


def receive(headers: Headers, body: Body | None, secret: Secret) -> Delivery:
    """Verify the secret of a call, and decode its body.

    Raises:
        InvalidArgument: headers, body or secret have an unsupported type.
        WrongSecret: the call does not have the secret.
        DecodeError: the body is not a JSON object with a list of events.
    """
    if not verify(headers, secret):
        raise WrongSecret("X-API-Key does not match the secret of the webhook")
    return parse(body)
