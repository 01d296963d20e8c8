"""Why a credential was refused, for the operator's log and metrics. All callers get the same answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from heliograph.errors import ApiError, Forbidden, Unauthorized

_KEY_ID = re.compile(r"(?:app|act|int)_[0-9a-f]{24}", re.ASCII)
_MOST_SECONDS = 10**9


class Reason(StrEnum):
    """Every reason for a 401 or a 403, in the words of the log; the name in lower case is the label of the metric."""

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
    WRONG_SERVICE_ACCOUNT = "wrong service account"


_SECONDS = {Reason.EXPIRED: "expired since {} s", Reason.NOT_YET_VALID: "not yet valid for {} s"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason, with the id of the key that was named and the age of a token where they are known.

    Nothing else of a credential: whoever reads logs must not be able to use what callers send.
    """

    reason: Reason
    key_id: str | None = None
    seconds: int | None = None

    @property
    def text(self) -> str:
        """The reason in words."""
        if self.seconds is None:
            return self.reason
        return _SECONDS[self.reason].format(min(self.seconds, _MOST_SECONDS))


class CredentialRefused(ApiError):
    """A refused credential. The key id is kept if it has the form of ours, and is free text of the caller's if not."""

    def __init__(self, reason: Reason, *titles: str, key_id: str | None = None, seconds: int | None = None) -> None:
        super().__init__(*titles)
        known = key_id is not None and _KEY_ID.fullmatch(key_id) is not None
        self.refusal = Refusal(reason, key_id if known else None, seconds)


class Unproved(CredentialRefused, Unauthorized):
    """A credential that proves nothing: 401."""


class NotAllowed(CredentialRefused, Forbidden):
    """A good credential that does not reach this far: 403."""


def refusal_of(error: ApiError) -> Refusal | None:
    """Why a credential was refused, if that is what the error says."""
    return error.refusal if isinstance(error, CredentialRefused) else None
