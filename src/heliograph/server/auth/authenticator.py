"""Authentication and authorization: who sends a request, with which scope, and to which app.

The caller's app comes from the credential. The app in the path must match it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import jwt
from msgspec import Struct
from msgspec.structs import replace

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
from heliograph.server.auth.key_uses import KeyUses
from heliograph.server.auth.limits import RateLimits
from heliograph.server.auth.refusals import AccessDenied, AuthenticationFailed, Reason
from heliograph.storage.rows import apps, keys
from heliograph.storage.rows.apps import StoredApp
from heliograph.storage.rows.keys import StoredKey
from heliograph.storage.store import Store
from heliograph.wire.operations import SCOPES, AnyOperation, Scope
from heliograph.wire.paths import AppPath, IntegrationPath

if TYPE_CHECKING:
    from jwt.types import Options  # older versions of PyJWT do not have it

# The longest time until this process notices that another process removed a key, or deleted or changed an app.
CACHE_SECONDS = 0.8

# Parsing takes time before the client is authenticated, so its input is limited.
_MAX_CREDENTIAL = 16 * 1024
_ALGORITHMS = ["HS256"]
# Claims that the API document does not mention are ignored: audience, issuer, subject, and the time of issue.
_JWT_OPTIONS: Options = {
    "verify_aud": False,
    "verify_iss": False,
    "verify_iat": False,
    "verify_sub": False,
    "verify_jti": False,
}
_JWT_ERRORS = (jwt.PyJWTError, ArithmeticError, ValueError, TypeError, RecursionError)
# Subclasses come before their base classes.
_REASONS = (
    (jwt.InvalidAlgorithmError, Reason.WRONG_ALGORITHM),
    (jwt.InvalidSignatureError, Reason.BAD_SIGNATURE),
    (jwt.ExpiredSignatureError, Reason.EXPIRED),
    (jwt.ImmatureSignatureError, Reason.NOT_YET_VALID),
)
_CLAIMS = {Reason.EXPIRED: "exp", Reason.NOT_YET_VALID: "nbf"}


def _not_ahead(app_id: str) -> float:
    return 0.0


class Authenticator:
    """Authenticates and authorizes requests, with a short-lived cache of callers and apps."""

    def __init__(self, store: Store, seconds_ahead: Callable[[str], float] = _not_ahead) -> None:
        """`seconds_ahead` returns how far the clock of an app is ahead, which a sandbox can change."""
        self._store = store
        self._seconds_ahead = seconds_ahead
        self._limits = RateLimits()
        self._pepper = os.urandom(16)
        self._callers: Cache[bytes, Caller] = Cache()
        self._apps: Cache[str, StoredApp | None] = Cache()
        self.uses = KeyUses(store)

    def clear_cache(self) -> None:
        """Clear the cache. Called after a key, an integration or an app is removed."""
        self._callers.clear()
        self._apps.clear()

    async def caller(self, authorization: bytes | None) -> Caller:
        """The caller with this `Authorization` header.

        Raises:
            Unauthorized: the credential is missing or not valid.
        """
        if not authorization:
            raise AuthenticationFailed(Reason.NO_CREDENTIAL)
        if len(authorization) > _MAX_CREDENTIAL:
            raise AuthenticationFailed(Reason.MALFORMED_HEADER)
        # A keyed digest: the credential itself is not kept, and the time of a lookup does not depend on how similar a
        # wrong credential is.
        digest = hashlib.blake2b(authorization, key=self._pepper, digest_size=16).digest()
        return self._callers.get(digest) or await self._callers.get_or_load(
            digest, lambda: self._authenticate(authorization)
        )

    async def authorize(
        self, caller: Caller, operation: AnyOperation, path: Struct, request_id: str | None = None
    ) -> Tenant | None:
        """Check that the caller may call the operation on this path.

        The events of the request will have its `request_id`.

        Returns the app of the path with the caller's key; without an app in the path, the app of the key, or None if
        it is an account's.

        Raises:
            Forbidden: the key belongs to another app or integration, or its scope is too low for the operation.
            AppNotFound: the app does not exist, and the caller has account scope.
            RateLimited: the app has exceeded its rate limit.
        """
        if (reason := _denial(caller, operation, path)) is not None:
            raise AccessDenied(reason, key_id=caller.key_id)
        if isinstance(path, AppPath):
            app_id = path.app_id
        elif isinstance(caller, AccountCaller):
            return None
        else:
            app_id = caller.app_id
        app = await self._require(caller, app_id)
        if app.requests_per_second is not None:
            self._limits.take(app.id, app.requests_per_second)
        integration_id = caller.integration_id if isinstance(caller, IntegrationCaller) else None
        return Tenant(
            app_id,
            caller.key_id,
            integration_id,
            caller.scope,
            masks_cards=app.settings.mask_credit_card_numbers,
            uses_animal_names=app.settings.use_animal_names,
            request_id=request_id,
        )

    async def recheck(self, authorization: bytes | None, path: Struct) -> None:
        """Check that the credential is still valid and the app of the path still exists.

        Raises:
            Unauthorized, Forbidden, AppNotFound: the credential is no longer valid, or the app was deleted.
        """
        caller = await self.caller(authorization)
        if isinstance(path, AppPath):
            await self._require(caller, path.app_id)

    async def check_access(self, authorization: bytes | None, app_id: str) -> None:
        """Check that a credential of any scope gives access to an app.

        Raises:
            Unauthorized: the credential is not valid, or gives no access to the app.
        """
        caller = await self.caller(authorization)
        if not isinstance(caller, AccountCaller) and caller.app_id != app_id:
            raise AuthenticationFailed(Reason.WRONG_APP, key_id=caller.key_id)

    async def _require(self, caller: Caller, app_id: str) -> StoredApp:
        app = self._apps.get(app_id) or await self._apps.get_or_load(app_id, lambda: self._load_app(app_id))
        if app is None:
            if caller.scope is Scope.ACCOUNT:
                raise AppNotFound
            raise AccessDenied(Reason.UNKNOWN_APP, key_id=caller.key_id)
        return app

    async def _load_app(self, app_id: str) -> tuple[StoredApp | None, float]:
        until = time.monotonic() + CACHE_SECONDS
        return await self._store.read(apps.get, app_id), until

    async def _authenticate(self, authorization: bytes) -> tuple[Caller, float]:
        until = time.monotonic() + CACHE_SECONDS
        scheme, _, credential = authorization.strip().partition(b" ")
        match scheme.lower():
            case b"basic":
                return await self._authenticate_basic(credential.strip()), until
            case b"bearer":
                caller, seconds = await self._authenticate_bearer(credential.strip())
                return caller, min(until, time.monotonic() + seconds)
        raise AuthenticationFailed(Reason.UNKNOWN_SCHEME if credential else Reason.MALFORMED_HEADER)

    async def _authenticate_basic(self, credential: bytes) -> Caller:
        try:
            key_id, colon, secret = base64.b64decode(credential, validate=True).decode().partition(":")
        except (ValueError, binascii.Error):
            raise AuthenticationFailed(Reason.MALFORMED_HEADER) from None
        if not colon:
            raise AuthenticationFailed(Reason.MALFORMED_HEADER)
        if not key_id:
            raise AuthenticationFailed(Reason.NO_KEY_ID)
        expected, caller = await self._load_key(key_id)
        if not hmac.compare_digest(secret.encode(), expected.encode()) or caller is None:
            raise AuthenticationFailed(Reason.WRONG_SECRET if caller else Reason.UNKNOWN_KEY, key_id=key_id)
        self.uses.note(key_id)
        return caller

    async def _authenticate_bearer(self, token: bytes) -> tuple[Caller, float]:
        """The caller, and the seconds until the token expires."""
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except _JWT_ERRORS:
            raise AuthenticationFailed(Reason.MALFORMED_HEADER) from None
        if not isinstance(key_id, str):
            raise AuthenticationFailed(Reason.NO_KEY_ID)
        secret, caller = await self._load_key(key_id)
        try:
            claims = jwt.decode(token, secret, algorithms=_ALGORITHMS, options=_JWT_OPTIONS)
            seconds = min(int(claims.get("exp", sys.maxsize)), sys.maxsize) - time.time()
        except _JWT_ERRORS as error:
            # Unknown keys take the same path up to here, so the response time does not reveal which keys exist.
            reason = _reason(error) if caller else Reason.UNKNOWN_KEY
            raise AuthenticationFailed(reason, key_id=key_id, seconds=_seconds(reason, token)) from None
        if isinstance(caller, AppCaller | IntegrationCaller):
            seconds -= self._seconds_ahead(caller.app_id)
            if seconds <= 0:
                raise AuthenticationFailed(Reason.EXPIRED, key_id=key_id, seconds=int(-seconds))
        claim = claims.get("scope")
        scope = SCOPES.get(claim) if isinstance(claim, str) else None
        # A token may have a narrower scope than its key, but not a wider one.
        if caller is None or scope is None or scope > caller.scope:
            raise AuthenticationFailed(_scope_reason(claim, scope) if caller else Reason.UNKNOWN_KEY, key_id=key_id)
        self.uses.note(key_id)
        return replace(caller, scope=scope), seconds

    async def _load_key(self, key_id: str) -> tuple[str, Caller | None]:
        """The secret of a key and its caller. For an unknown key: a random secret and None."""
        key = None if "\0" in key_id or not key_id.isascii() else await self._store.read(keys.find, key_id)
        if key is None:
            return self._pepper.hex() * 2, None
        return self._store.sealer.open(key.id, key.secret), caller_of(key)


def caller_of(key: StoredKey) -> Caller:
    """The caller with a key, with the scope of the key."""
    scope = SCOPES[key.scope]
    if key.app_id is None:
        return AccountCaller(key.id, scope)
    if key.integration_id is None:
        return AppCaller(key.id, scope, key.app_id)
    return IntegrationCaller(key.id, scope, key.app_id, key.integration_id)


def _denial(caller: Caller, operation: AnyOperation, path: Struct) -> Reason | None:
    """The reason why the caller may not call the operation on this path, or None if it may."""
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


def _scope_reason(claim: object, scope: Scope | None) -> Reason:
    if claim is None:
        return Reason.NO_SCOPE
    return Reason.UNKNOWN_SCOPE if scope is None else Reason.SCOPE_TOO_WIDE


def _seconds(reason: Reason, token: bytes) -> int | None:
    """The seconds since a token expired, or until it becomes valid. Its signature has been verified."""
    claim = _CLAIMS.get(reason)
    if claim is None:
        return None
    timestamp = int(jwt.decode(token, options={"verify_signature": False})[claim])
    return abs(int(time.time()) - timestamp)  # integers only: the claim may be larger than any float
