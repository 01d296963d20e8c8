"""Credentials for the `Authorization` header."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from heliograph.client import forks
from heliograph.client.values import text_of
from heliograph.errors import InvalidArgument

RENEW_BEFORE = 60.0
"""Seconds before its expiry at which a token is replaced: more than a request takes, and than clocks differ."""


class Auth(Protocol):
    """Provides the `Authorization` header of requests."""

    def header(self, now: float) -> str:
        """The value of the header; `now` is the current time in seconds since 1970."""


class BasicAuth:
    """HTTP Basic: the id of an API key as user name, its secret as password."""

    def __init__(self, username: str, password: str) -> None:
        """Raises InvalidArgument if either is empty or the user name contains a colon."""
        username, password = text_of(username, "username"), text_of(password, "password", secret=True)
        if ":" in username:
            raise InvalidArgument("BasicAuth needs a username without a colon")
        self.username = username
        token = base64.b64encode(f"{username}:{password}".encode()).decode()
        self._header = f"Basic {token}"

    def header(self, now: float) -> str:
        """The value of the header."""
        return self._header

    def __repr__(self) -> str:
        return f"BasicAuth(username={self.username!r}, password='…')"


class BearerAuth:
    """An existing bearer token, or a function that returns one, which is called before each attempt."""

    def __init__(self, token: str | Callable[[], str]) -> None:
        """Raises InvalidArgument if the token is empty."""
        self._token = token if callable(token) else text_of(token, "token", secret=True)

    def header(self, now: float) -> str:
        """The value of the header."""
        return f"Bearer {text_of(self._token() if callable(self._token) else self._token, 'token', secret=True)}"

    def __repr__(self) -> str:
        return "BearerAuth('…')"


class JwtAuth:
    """JWTs signed with the secret of an API key, and renewed before they expire. Thread-safe.

    `scope` is `app`, `account` or `integration`, no wider than the key's own; `lifetime` is in seconds.
    """

    def __init__(
        self,
        key_id: str,
        secret: str,
        scope: Literal["app", "account", "integration"] = "app",
        *,
        lifetime: float = 3600.0,
    ) -> None:
        """Raises InvalidArgument if key id or secret are empty, the scope is unknown, or the lifetime is too short."""
        key_id, secret = text_of(key_id, "key_id"), text_of(secret, "secret", secret=True)
        if scope not in ("app", "account", "integration"):
            raise InvalidArgument(f"scope should be app, account or integration, not {scope!r}")
        given: object = lifetime
        if not isinstance(given, int | float) or not RENEW_BEFORE < given < math.inf:
            raise InvalidArgument(f"lifetime should be longer than {RENEW_BEFORE:.0f} seconds")
        self.key_id = key_id
        self.scope = str.__str__(scope)
        self.lifetime = lifetime
        self._secret = secret
        self._last = ("", 0.0)
        forks.preload("hashlib", "hmac")  # they take longer to import than the rest of the client

    def header(self, now: float) -> str:
        """The value of the header, with a new token if the last one is about to expire."""
        # Without a lock two threads may both sign a token, which is harmless; a lock held during a fork would not be.
        header, renew_at = self._last
        # After the clock was set back, the last token would have been issued in the future.
        if not renew_at - self.lifetime <= now < renew_at:
            header = f"Bearer {self._sign(int(now))}"
            self._last = header, now + self.lifetime - RENEW_BEFORE
        return header

    def _sign(self, now: int) -> str:
        import hashlib
        import hmac

        head = {"alg": "HS256", "typ": "JWT", "kid": self.key_id}
        claims = {"scope": self.scope, "iat": now, "exp": now + int(self.lifetime)}
        signed = f"{_encode(msgspec.json.encode(head))}.{_encode(msgspec.json.encode(claims))}"
        signature = hmac.new(self._secret.encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_encode(signature)}"

    def __repr__(self) -> str:
        return f"JwtAuth(key_id={self.key_id!r}, secret='…', scope={self.scope!r})"


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
