"""Valid and invalid credentials of every kind, with their scope."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from heliograph.wire.operations import Scope
from tests.harness import Auth
from tests.security.calls import basic

UNKNOWN_KEY = "app_" + "0" * 24
LONG = 3600


@dataclass(frozen=True)
class Keys:
    """An app with its key, the key of another app, and a key of the account."""

    app_id: str
    app: Auth
    other: Auth
    account: Auth


@dataclass(frozen=True)
class Credential:
    """An `Authorization` header. `reach` is its scope, or None if it is not valid."""

    name: str
    header: Callable[[Keys], str | bytes | None]
    reach: Scope | None = None
    elsewhere: bool = False

    def headers(self, keys: Keys) -> dict[str, Any]:
        """The headers of a request with this credential."""
        value = self.header(keys)
        return {} if value is None else {"authorization": value}


def token(key: Auth, scope: Any = "app", algorithm: str = "HS256", **claims: Any) -> str:
    """A JWT of this key, valid for an hour unless the claims say otherwise."""
    payload = {"scope": scope, "exp": int(time.time()) + LONG, **claims}
    given = {name: value for name, value in payload.items() if value is not None}
    return jwt.encode(given, key[1], algorithm=algorithm, headers={"kid": key[0]})


def bearer(key: Auth, scope: Any = "app", **claims: Any) -> str:
    """The `Authorization` header of a JWT of this key."""
    return f"Bearer {token(key, scope, **claims)}"


def signed(key: Auth, payload: object) -> str:
    """The `Authorization` header of a correctly signed JWT with any payload, even one that is not an object."""
    text = json.dumps(payload).encode()
    return "Bearer " + jwt.PyJWS().encode(text, key[1], algorithm="HS256", headers={"kid": key[0]})


def forged(header: dict[str, Any], payload: dict[str, Any], signature: str = "") -> str:
    """The `Authorization` header of a handmade JWT."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, payload)]
    return "Bearer " + ".".join([*parts, signature])


@lru_cache
def _rsa_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def _rs256(keys: Keys) -> str:
    return "Bearer " + jwt.encode({"scope": "app"}, _rsa_key(), algorithm="RS256", headers={"kid": keys.app[0]})


def _without_kid(keys: Keys) -> str:
    return "Bearer " + jwt.encode({"scope": "app"}, keys.app[1], algorithm="HS256")


def _tampered(keys: Keys) -> str:
    """A valid JWT whose payload was replaced by one with a wider scope."""
    header, _, signature = token(keys.account, "integration").split(".")
    payload = base64.urlsafe_b64encode(b'{"scope":"account"}').decode().rstrip("=")
    return f"Bearer {header}.{payload}.{signature}"


def _encoded(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


MALFORMED = (
    Credential("no credential", lambda keys: None),
    Credential("empty header", lambda keys: ""),
    Credential("empty Basic", lambda keys: "Basic Og=="),
    Credential("Basic alone", lambda keys: "Basic"),
    Credential("Basic, not base64", lambda keys: "Basic !!!!"),
    Credential("Basic, cut base64", lambda keys: basic(*keys.app)[:-2] + "="),
    Credential("Basic, no colon", lambda keys: _encoded(keys.app[0].encode())),
    Credential("Basic, not UTF-8", lambda keys: _encoded(b"\xff\xfe:\xff")),
    Credential("Basic, NUL in the key", lambda keys: basic(keys.app[0] + "\0", keys.app[1])),
    Credential("Basic, not encoded", lambda keys: f"Basic {keys.app[0]}:{keys.app[1]}"),
    Credential("wrong scheme", lambda keys: basic(*keys.app).replace("Basic", "Digest")),
    Credential("no scheme", lambda keys: basic(*keys.app).removeprefix("Basic ")),
    Credential("not ASCII", lambda keys: b"Basic \xff\xfe"),
    Credential("Bearer alone", lambda keys: "Bearer"),
    Credential("Bearer, not a JWT", lambda keys: "Bearer a.b.c"),
    Credential("Bearer, the secret", lambda keys: f"Bearer {keys.app[1]}"),
    Credential("Bearer, the Basic value", lambda keys: basic(*keys.app).replace("Basic", "Bearer")),
)

WRONG = (
    Credential("bad secret", lambda keys: basic(keys.app[0], "x" * len(keys.app[1]))),
    Credential("no secret", lambda keys: basic(keys.app[0], "")),
    Credential("half a secret", lambda keys: basic(keys.app[0], keys.app[1][:-1])),
    Credential("secret of another key", lambda keys: basic(keys.account[0], keys.app[1])),
    Credential("unknown key", lambda keys: basic(UNKNOWN_KEY, keys.app[1])),
    Credential("unknown key, no secret", lambda keys: basic(UNKNOWN_KEY, "")),
    Credential("swapped", lambda keys: basic(keys.app[1], keys.app[0])),
    Credential("JWT expired", lambda keys: bearer(keys.app, exp=int(time.time()) - 1)),
    Credential("JWT not valid yet", lambda keys: bearer(keys.app, nbf=int(time.time()) + LONG)),
    Credential("JWT exp is no number", lambda keys: bearer(keys.app, exp="soon")),
    Credential("JWT wrong signature", lambda keys: bearer((keys.app[0], "x" * 86))),
    Credential("JWT of another key's secret", lambda keys: bearer((keys.account[0], keys.app[1]))),
    Credential("JWT cut", lambda keys: bearer(keys.app)[:-2]),
    Credential("JWT without signature", lambda keys: bearer(keys.app).rpartition(".")[0] + "."),
    Credential("JWT tampered", _tampered),
    Credential("JWT alg none", lambda keys: forged({"alg": "none", "kid": keys.app[0]}, {"scope": "app"})),
    Credential("JWT alg missing", lambda keys: forged({"kid": keys.app[0]}, {"scope": "app"}, "AAAA")),
    Credential("JWT RS256", _rs256),
    Credential("JWT HS512", lambda keys: f"Bearer {token(keys.app, 'app', 'HS512')}"),
    Credential("JWT no kid", _without_kid),
    Credential("JWT kid is a number", lambda keys: forged({"alg": "HS256", "kid": 7}, {"scope": "app"}, "AAAA")),
    Credential("JWT kid is a lone surrogate", lambda keys: forged({"alg": "HS256", "kid": "\ud800"}, {}, "AAAA")),
    Credential("JWT unknown kid", lambda keys: bearer((UNKNOWN_KEY, keys.app[1]))),
    Credential("JWT no scope", lambda keys: bearer(keys.app, None)),
    Credential("JWT unknown scope", lambda keys: bearer(keys.app, "user")),
    Credential("JWT scope in capitals", lambda keys: bearer(keys.app, "App")),
    Credential("JWT scope is a list", lambda keys: bearer(keys.app, ["app"])),
    Credential("JWT wider than its key", lambda keys: bearer(keys.app, "account")),
)

GOOD = (
    Credential("app key", lambda keys: basic(*keys.app), Scope.APP),
    Credential("app key, scheme in small letters", lambda keys: basic(*keys.app).replace("B", "b", 1), Scope.APP),
    Credential("app key JWT", lambda keys: bearer(keys.app), Scope.APP),
    Credential("app key JWT without exp", lambda keys: bearer(keys.app, exp=None), Scope.APP),
    Credential("app key JWT for integration", lambda keys: bearer(keys.app, "integration"), Scope.INTEGRATION),
    Credential("account key", lambda keys: basic(*keys.account), Scope.ACCOUNT),
    Credential("account key JWT", lambda keys: bearer(keys.account, "account"), Scope.ACCOUNT),
    Credential("account key JWT for app", lambda keys: bearer(keys.account, "app"), Scope.APP),
    Credential("account key JWT for integration", lambda keys: bearer(keys.account, "integration"), Scope.INTEGRATION),
    Credential("another app's key", lambda keys: basic(*keys.other), Scope.APP, elsewhere=True),
    Credential("another app's JWT", lambda keys: bearer(keys.other), Scope.APP, elsewhere=True),
)
