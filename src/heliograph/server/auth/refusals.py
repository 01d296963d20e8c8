"""The reasons for which credentials are refused, for the log and the metrics. Clients get the same response for all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from heliograph.errors import ApiError, Forbidden, Unauthorized

_KEY_ID = re.compile(r"(?:app|act|int)_[0-9a-f]{24}", re.ASCII)
_MAX_SECONDS = 10**9


class Reason(StrEnum):
    """The reasons for a 401 or a 403, as the log shows them. The name in lower case is the label of the metric."""

    NO_CREDENTIAL = "no credential"
    UNKNOWN_SCHEME = "unknown scheme"
    MALFORMED_HEADER = "malformed header"
    NO_KEY_ID = "no key id"
    UNKNOWN_KEY = "unknown key id"
    WRONG_SECRET = "wrong secret"
    WRONG_ALGORITHM = "wrong algorithm"
    BAD_SIGNATURE = "bad signature"
    MALFORMED_CLAIMS = "malformed claims"
    EXPIRED = "expired"
    NOT_YET_VALID = "not yet valid"
    NO_SCOPE = "no scope"
    UNKNOWN_SCOPE = "unknown scope"
    SCOPE_TOO_WIDE = "scope wider than the key"
    SCOPE_TOO_LOW = "scope too low for the operation"
    WRONG_APP = "wrong app"
    UNKNOWN_APP = "unknown app"
    WRONG_INTEGRATION = "wrong integration"
    NOT_OF_AN_APP = "not a credential of an app"
    WRONG_SERVICE_ACCOUNT = "wrong service account"
    ENDED_SESSION = "unknown or ended session"
    INVALID_TICKET = "unknown, expired or used ticket"
    READ_ONLY = "read-only session"
    NO_CONTENTS = "session without message contents"
    NOT_A_SESSION = "not a session"
    TOKEN_FOR_TICKET = "token in place of a key or a session"


_SECONDS = {Reason.EXPIRED: "expired since {} s", Reason.NOT_YET_VALID: "not yet valid for {} s"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason, with the key id of the credential and the time since a token expired, if known.

    Contains nothing else of the credential, because readers of the log must not be able to use it.
    """

    reason: Reason
    key_id: str | None = None
    seconds: int | None = None

    @property
    def text(self) -> str:
        """The reason as the log shows it."""
        if self.seconds is None:
            return self.reason
        return _SECONDS[self.reason].format(min(self.seconds, _MAX_SECONDS))


class CredentialRefused(ApiError):
    """A refused credential. A key id that does not have the form of our ids is dropped: it may be any text."""

    def __init__(self, reason: Reason, *titles: str, key_id: str | None = None, seconds: int | None = None) -> None:
        super().__init__(*titles)
        known = key_id is not None and _KEY_ID.fullmatch(key_id) is not None
        self.refusal = Refusal(reason, key_id if known else None, seconds)


class AuthenticationFailed(CredentialRefused, Unauthorized):
    """The credential is missing or not valid: 401."""


class AccessDenied(CredentialRefused, Forbidden):
    """The credential is valid but does not permit the operation: 403."""


def refusal_of(error: ApiError) -> Refusal | None:
    """The refusal of an error, or None if it is not about a credential."""
    return error.refusal if isinstance(error, CredentialRefused) else None
