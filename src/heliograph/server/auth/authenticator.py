"""Credentials: whose a request is, how far it reaches, and which app it may touch.

A caller's app comes from the credential; the path only names which of the caller's apps is meant.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import sys
import time
from dataclasses import replace
from typing import Any

import jwt
from msgspec import Struct

from heliograph.domain.tenants import (
    OWN_INTEGRATION,
    AccountCaller,
    AppCaller,
    Caller,
    IntegrationCaller,
    Tenant,
)
from heliograph.errors import AppNotFound
from heliograph.server.auth.cache import Cache
from heliograph.server.auth.limits import RateLimits
from heliograph.server.auth.refusals import NotAllowed, Reason, Unproved
from heliograph.storage.rows import apps, keys
from heliograph.storage.rows.apps import StoredApp
from heliograph.storage.rows.keys import StoredKey
from heliograph.storage.store import Store
from heliograph.wire.operations import SCOPES, AnyOperation, Scope
from heliograph.wire.paths import AppPath, IntegrationPath

# A key that is revoked, or an app that is deleted or changed, by another process is noticed this late at most; by this
# process, at once.
CACHE_SECONDS = 0.8

# Parsing a longer one takes long, and needs no credential.
_LONGEST_CREDENTIAL = 16 * 1024
_ALGORITHMS = ["HS256"]
# What the API document does not name is not looked at: an audience, a subject, or a clock that is ahead of ours.
_JWT_OPTIONS: Any = {
    "verify_aud": False,
    "verify_iss": False,
    "verify_iat": False,
    "verify_sub": False,
    "verify_jti": False,
}
_BROKEN = (jwt.PyJWTError, ArithmeticError, ValueError, TypeError, RecursionError)
# In this order: some are kinds of those below them.
_REASONS = (
    (jwt.InvalidAlgorithmError, Reason.WRONG_ALGORITHM),
    (jwt.InvalidSignatureError, Reason.BAD_SIGNATURE),
    (jwt.ExpiredSignatureError, Reason.EXPIRED),
    (jwt.ImmatureSignatureError, Reason.NOT_YET_VALID),
)
_CLAIMS = {Reason.EXPIRED: "exp", Reason.NOT_YET_VALID: "nbf"}


class Authenticator:
    """Knows callers by their `Authorization` header, and remembers them for a moment."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._limits = RateLimits()
        self._pepper = os.urandom(16)
        self._callers: Cache[bytes, Caller] = Cache()
        self._apps: Cache[str, StoredApp | None] = Cache()

    def forget(self) -> None:
        """Forget everybody, because a key or an app was just removed."""
        self._callers.forget()
        self._apps.forget()

    async def caller(self, authorization: bytes | None) -> Caller:
        """Who sends this `Authorization` header.

        Raises:
            Unauthorized: nobody that can be proved; all reasons answer alike.
        """
        if not authorization:
            raise Unproved(Reason.NO_CREDENTIAL)
        if len(authorization) > _LONGEST_CREDENTIAL:
            raise Unproved(Reason.MALFORMED_HEADER)
        # A keyed digest: the credential itself is not kept, and looking it up takes as long for a near miss as for
        # any other.
        digest = hashlib.blake2b(authorization, key=self._pepper, digest_size=16).digest()
        return self._callers.get(digest) or await self._callers.find(digest, lambda: self._prove(authorization))

    async def admit(self, caller: Caller, operation: AnyOperation, path: Struct) -> Tenant | None:
        """Check that the caller may call the operation on this path.

        Returns the app of the path with the caller's key; None for operations that are not about an app.

        Raises:
            Forbidden: the caller's key is another app's or integration's, or its scope is too low for the operation.
            AppNotFound: there is no such app, and the caller is one who may know.
            RateLimited: the app sends more than its limit allows.
        """
        if (reason := _obstacle(caller, operation, path)) is not None:
            raise NotAllowed(reason, key_id=caller.key_id)
        if not isinstance(path, AppPath):
            return None
        app = await self._require(caller, path.app_id)
        if app.requests_per_second is not None:
            self._limits.spend(app.id, app.requests_per_second)
        integration_id = caller.integration_id if isinstance(caller, IntegrationCaller) else None
        return Tenant(path.app_id, caller.key_id, integration_id)

    async def recheck(self, authorization: bytes | None, path: Struct) -> None:
        """Check that the key and the app of the path have not been removed.

        Raises:
            Unauthorized, Forbidden, AppNotFound: one of them has.
        """
        caller = await self.caller(authorization)
        if isinstance(path, AppPath):
            await self._require(caller, path.app_id)

    async def _require(self, caller: Caller, app_id: str) -> StoredApp:
        app = self._apps.get(app_id) or await self._apps.find(app_id, lambda: self._app(app_id))
        if app is None:
            if caller.scope is Scope.ACCOUNT:
                raise AppNotFound
            raise NotAllowed(Reason.UNKNOWN_APP, key_id=caller.key_id)
        return app

    async def _app(self, app_id: str) -> tuple[StoredApp | None, float]:
        until = time.monotonic() + CACHE_SECONDS
        return await self._store.read(apps.get, app_id), until

    async def _prove(self, authorization: bytes) -> tuple[Caller, float]:
        until = time.monotonic() + CACHE_SECONDS
        scheme, _, credential = authorization.strip().partition(b" ")
        match scheme.lower():
            case b"basic":
                return await self._prove_basic(credential.strip()), until
            case b"bearer":
                caller, lasts = await self._prove_bearer(credential.strip())
                return caller, min(until, time.monotonic() + lasts)
        raise Unproved(Reason.UNKNOWN_SCHEME if credential else Reason.MALFORMED_HEADER)

    async def _prove_basic(self, credential: bytes) -> Caller:
        try:
            key_id, colon, secret = base64.b64decode(credential, validate=True).decode().partition(":")
        except (ValueError, binascii.Error):
            raise Unproved(Reason.MALFORMED_HEADER) from None
        if not colon:
            raise Unproved(Reason.MALFORMED_HEADER)
        if not key_id:
            raise Unproved(Reason.NO_KEY_ID)
        real, caller = await self._key(key_id)
        if not hmac.compare_digest(secret.encode(), real.encode()) or caller is None:
            raise Unproved(Reason.WRONG_SECRET if caller else Reason.UNKNOWN_KEY, key_id=key_id)
        return caller

    async def _prove_bearer(self, token: bytes) -> tuple[Caller, float]:
        """The caller, and for how many seconds the token is still good."""
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except _BROKEN:
            raise Unproved(Reason.MALFORMED_HEADER) from None
        if not isinstance(key_id, str):
            raise Unproved(Reason.NO_KEY_ID)
        secret, caller = await self._key(key_id)
        try:
            claims = jwt.decode(token, secret, algorithms=_ALGORITHMS, options=_JWT_OPTIONS)
            lasts = min(int(claims.get("exp", sys.maxsize)), sys.maxsize) - time.time()
        except _BROKEN as error:
            # An unknown key has taken the same way up to here: the time it takes says nothing of which keys exist.
            reason = _reason(error) if caller else Reason.UNKNOWN_KEY
            raise Unproved(reason, key_id=key_id, seconds=_seconds(reason, token)) from None
        named = claims.get("scope")
        scope = SCOPES.get(named) if isinstance(named, str) else None
        # A token may narrow what its key may do, and never widen it.
        if caller is None or scope is None or scope > caller.scope:
            raise Unproved(_scope_reason(named, scope) if caller else Reason.UNKNOWN_KEY, key_id=key_id)
        return replace(caller, scope=scope), lasts

    async def _key(self, key_id: str) -> tuple[str, Caller | None]:
        """The secret of a key and its holder. An unknown key has no holder, and a secret that nobody knows."""
        key = None if "\0" in key_id or not key_id.isascii() else await self._store.read(keys.find, key_id)
        if key is None:
            return self._pepper.hex() * 2, None
        return self._store.sealer.open(key.id, key.secret), _holder(key)


def _holder(key: StoredKey) -> Caller:
    scope = SCOPES[key.scope]
    if key.app_id is None:
        return AccountCaller(key.id, scope)
    if key.integration_id is None:
        return AppCaller(key.id, scope, key.app_id)
    return IntegrationCaller(key.id, scope, key.app_id, key.integration_id)


def _obstacle(caller: Caller, operation: AnyOperation, path: Struct) -> Reason | None:
    """Why the caller may not call the operation on this path; None if it may."""
    if isinstance(path, AppPath) and not isinstance(caller, AccountCaller) and caller.app_id != path.app_id:
        return Reason.WRONG_APP
    if caller.scope < operation.scope:
        return Reason.SCOPE_TOO_LOW
    if (
        isinstance(path, IntegrationPath)
        and isinstance(caller, IntegrationCaller)
        and path.integration_id not in (OWN_INTEGRATION, caller.integration_id)
    ):
        return Reason.WRONG_INTEGRATION
    return None


def _reason(error: Exception) -> Reason:
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason
    return Reason.MALFORMED_CLAIMS


def _scope_reason(named: object, scope: Scope | None) -> Reason:
    if named is None:
        return Reason.NO_SCOPE
    return Reason.UNKNOWN_SCOPE if scope is None else Reason.SCOPE_TOO_WIDE


def _seconds(reason: Reason, token: bytes) -> int | None:
    """How long ago a token expired, or in how long it will be good. Its signature was found to be right."""
    claim = _CLAIMS.get(reason)
    if claim is None:
        return None
    moment = int(jwt.decode(token, options={"verify_signature": False})[claim])
    return abs(int(time.time()) - moment)  # of integers alone: a moment may be greater than any float
