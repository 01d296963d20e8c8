"""Authentication by sessions of the console, in addition to keys and JWTs. Only a server with the console uses it."""

from __future__ import annotations

import time

from msgspec import Struct
from msgspec.structs import replace

from heliograph.domain import console
from heliograph.domain.tenants import AccountCaller, AppCaller, Caller, IntegrationCaller, Session, Tenant, session_of
from heliograph.server.auth.authenticator import Authenticator, caller_of
from heliograph.server.auth.refusals import AccessDenied, AuthenticationFailed, Reason
from heliograph.storage.rows import keys
from heliograph.storage.rows.console import StoredSession
from heliograph.wire.operations import AnyOperation, Scope
from heliograph.wire.table.console import DELETE_OWN_CONSOLE_SESSION

_PREFIX = console.TOKEN_PREFIX.encode()
_READ_ONLY = "This session is read-only"


class SessionAuthenticator(Authenticator):
    """Accepts the tokens of sessions as well, and lets viewers only read."""

    async def authorize(
        self, caller: Caller, operation: AnyOperation, path: Struct, request_id: str | None = None
    ) -> Tenant | None:
        """Check that the caller may call the operation on this path, as every authenticator does.

        Raises:
            Forbidden: the session belongs to a viewer, and the operation is not a read.
        """
        if is_viewer(caller) and not _permits_viewers(operation):
            raise AccessDenied(Reason.READ_ONLY, _READ_ONLY, key_id=caller.key_id)
        tenant = await super().authorize(caller, operation, path, request_id)
        session = session_of(caller)
        return tenant if tenant is None or session is None else replace(tenant, session_id=session.id)

    async def _authenticate_bearer(self, token: bytes) -> tuple[Caller, float]:
        if not token.startswith(_PREFIX):
            return await super()._authenticate_bearer(token)
        session = await console.use(self._store, token.decode("latin-1"))
        if session is None:
            raise AuthenticationFailed(Reason.ENDED_SESSION)
        key = await self._store.read(keys.find, session.key_id)
        if key is None:
            raise AuthenticationFailed(Reason.UNKNOWN_KEY, key_id=session.key_id)
        return _caller_in(session, caller_of(key)), session.expires_at / 1000 - time.time()


def is_viewer(caller: Caller | None) -> bool:
    """Whether the caller may only read."""
    session = session_of(caller)
    return session is not None and session.role == "viewer"


def _permits_viewers(operation: AnyOperation) -> bool:
    # A redirect of Authorize lets a partner into an app, and files have secrets that are not masked.
    reads = operation.method == "GET" and operation.response.viewers_may_read
    return reads or operation.name == DELETE_OWN_CONSOLE_SESSION.name


def _caller_in(session: StoredSession, owner: Caller) -> Caller:
    """The caller of a session: with the rights of `owner`, the caller of its key, or limited to one app."""
    assert not isinstance(owner, IntegrationCaller)
    about = Session(session.id, session.role)
    if session.app_id is None:
        return AccountCaller(owner.key_id, owner.scope, about)
    return AppCaller(owner.key_id, Scope.APP, session.app_id, about)
