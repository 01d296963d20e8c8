"""Masks the secrets of a recorded request: credentials, and values by the names of fields, headers and parameters."""

from __future__ import annotations

import binascii
import re
from typing import Any
from urllib.parse import quote, unquote

import jwt
import msgspec
from msgspec import Raw

from heliograph.wire.secret_names import WORDS, is_secret_name

MASK = "•••••"
# Each secret name contains one of these parts. A shorter list takes less time to search.
_PARTS = (*(word.encode() for word in WORDS), b"key", rb"\u")
_KEY_ID = re.compile(r"[a-z]{2,4}_[0-9a-f]{24}\Z")
_LOGIN = re.compile(r"//[^/?#]*@")
_SCHEMES = {b"basic": "Basic", b"bearer": "Bearer"}
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def may_contain_secrets(body: bytes) -> bool:
    """Whether a body may name a secret. Names can be written with escapes in JSON."""
    plain = body.lower()
    for part in _PARTS:
        if plain.find(part) >= 0:  # `part in plain` raises and catches a TypeError before it searches
            return True
    return False


def masked(value: Any) -> Any:
    """A decoded JSON value without secrets."""
    if isinstance(value, dict):
        return {
            name: MASK if is_secret_name(name) and one is not None and not isinstance(one, bool) else masked(one)
            for name, one in value.items()
        }
    return [masked(one) for one in value] if isinstance(value, list) else value


def request_body(body: bytes) -> Raw | str | None:
    """The body of a request as it is recorded: JSON in its shortest form, or text.

    Text that is not JSON cannot be masked, so the result is None if the text may contain a secret.
    """
    suspect = may_contain_secrets(body)
    try:
        value = _decode(body)
        return Raw(_encode(masked(value) if suspect else value))
    except (ValueError, RecursionError):
        return None if suspect else body.decode(errors="replace")


def response_body(body: bytes) -> Raw:
    """The body of a response in JSON as it is recorded."""
    return Raw(_encode(masked(_decode(body)))) if may_contain_secrets(body) else Raw(body)


def query(text: str) -> str:
    """A query string without secrets."""
    return "&".join(_parameter(part) for part in text.split("&"))


def _parameter(part: str) -> str:
    name, equals, _ = part.partition("=")
    # `filter={"token":"x"}` has a name in its value, and a URL such as that of `forwardTo` may have a password.
    plain = unquote(part)
    return f"{name}={quote(MASK)}" if equals and (may_contain_secrets(plain.encode()) or _LOGIN.search(plain)) else part


def credential(authorization: bytes, *, proved: bool) -> tuple[str, str | None]:
    """The recorded form of an `Authorization` header, and the id of the key in it.

    Unless the credential is `proved`, the id must have the form of an id: a client may have sent the secret instead.
    """
    scheme, _, rest = authorization.strip().partition(b" ")
    name = _SCHEMES.get(scheme.lower())
    found = _named_key(name, rest.strip()) if name else None
    key_id = found if found is not None and (proved or _KEY_ID.match(found)) else None
    return f"{name or MASK} {key_id or MASK}", key_id


def _named_key(scheme: str, rest: bytes) -> str | None:
    try:
        if scheme == "Basic":
            return binascii.a2b_base64(rest, strict_mode=True).decode().partition(":")[0]
        key_id = jwt.get_unverified_header(rest).get("kid")
    except (ValueError, binascii.Error, jwt.PyJWTError, RecursionError):
        return None
    return key_id if isinstance(key_id, str) else None
