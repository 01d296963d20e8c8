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

from heliograph.domain.tenants import OWN_INTEGRATION, Caller, Tenant
from heliograph.errors import AppNotFound
from heliograph.server.auth.cache import Cache
from heliograph.server.auth.limits import RateLimits
from heliograph.server.auth.refusals import NotAllowed, Reason, Unproved
from heliograph.storage.rows import apps, keys
from heliograph.storage.rows.apps import StoredApp
from heliograph.storage.store import Store
from heliograph.wire.operations import SCOPES, Operation, Scope

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

    async def tenant(
        self, caller: Caller, operation: Operation, app_id: str | None, integration_id: str | None = None
    ) -> Tenant:
        """The app that the caller means, if the caller may do this there, with the integration of this id if any.

        Raises:
            Forbidden: the caller's key is another app's or integration's, or its scope is too low for the operation.
            AppNotFound: there is no such app, and the caller is one who may know.
            RateLimited: the app sends more than its limit allows.
        """
        if caller.app_id is not None and app_id is not None and caller.app_id != app_id:
            raise NotAllowed(Reason.WRONG_APP, key_id=caller.key_id)
        if caller.scope < operation.scope:
            raise NotAllowed(Reason.SCOPE_TOO_LOW, key_id=caller.key_id)
        if caller.integration_id is not None and integration_id not in (None, OWN_INTEGRATION, caller.integration_id):
            raise NotAllowed(Reason.WRONG_INTEGRATION, key_id=caller.key_id)
        if app_id is None:
            return Tenant("", caller.key_id)
        app = await self._require(caller, app_id)
        if app.requests_per_second is not None:
            self._limits.spend(app_id, app.requests_per_second)
        return Tenant(app_id, caller.key_id, caller.integration_id)

    async def recheck(self, authorization: bytes | None, app_id: str | None) -> None:
        """Whether the caller and the app are still there.

        Raises:
            Unauthorized, Forbidden, AppNotFound: one of them is not.
        """
        caller = await self.caller(authorization)
        if app_id is not None:
            await self._require(caller, app_id)

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
        found, real, caller = await self._key(key_id)
        if not hmac.compare_digest(secret.encode(), real.encode()) or not found:
            raise Unproved(Reason.WRONG_SECRET if found else Reason.UNKNOWN_KEY, key_id=key_id)
        return caller

    async def _prove_bearer(self, token: bytes) -> tuple[Caller, float]:
        """The caller, and for how many seconds the token is still good."""
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except _BROKEN:
            raise Unproved(Reason.MALFORMED_HEADER) from None
        if not isinstance(key_id, str):
            raise Unproved(Reason.NO_KEY_ID)
        found, secret, caller = await self._key(key_id)
        try:
            claims = jwt.decode(token, secret, algorithms=_ALGORITHMS, options=_JWT_OPTIONS)
            lasts = min(int(claims.get("exp", sys.maxsize)), sys.maxsize) - time.time()
        except _BROKEN as error:
            # An unknown key has taken the same way up to here: the time it takes says nothing of which keys exist.
            reason = _reason(error) if found else Reason.UNKNOWN_KEY
            raise Unproved(reason, key_id=key_id, seconds=_seconds(reason, token)) from None
        named = claims.get("scope")
        scope = SCOPES.get(named) if isinstance(named, str) else None
        # A token may narrow what its key may do, and never widen it.
        if not found or scope is None or scope > caller.scope:
            raise Unproved(_scope_reason(named, scope) if found else Reason.UNKNOWN_KEY, key_id=key_id)
        return replace(caller, scope=scope), lasts

    async def _key(self, key_id: str) -> tuple[bool, str, Caller]:
        """Whether there is such a key, its secret, and who holds it; for no key, a secret that nobody knows."""
        key = None if "\0" in key_id or not key_id.isascii() else await self._store.read(keys.find, key_id)
        if key is None:
            return False, self._pepper.hex() * 2, Caller("", Scope.INTEGRATION, None)
        caller = Caller(key.id, SCOPES[key.scope], key.app_id, key.integration_id)
        return True, self._store.sealer.open(key.id, key.secret), caller


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
