"""Why memberships begin and end.

A cause stays encoded as in its column, and is decoded where it is shown, because each join and each leave creates one.
The column has the letter of the reason, the id of the key, a space, and the id of the request. Its size matters more
than the time to encode it, because it makes the row of each participant longer. So if this process created the id of
the request in the same second as the id of the change, the column has only the digits in which the two ids can differ.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec
from msgspec import Struct

from heliograph.ids import SECOND_DIGITS, TICK_DIGITS
from heliograph.wire.history import MembershipReason

_LETTERS: dict[MembershipReason, str] = {
    "join": "j",
    "create": "c",
    "merge": "m",
    "import": "i",
    "leave": "l",
    "userRemove": "u",
    "conversationRemove": "r",
}
_REASONS = {letter: reason for reason, letter in _LETTERS.items()}
# No id of a request contains these.
_SEPARATOR, _SHORTENED = " ", "~"


class Cause(Struct, frozen=True, array_like=True, gc=False):
    """A reason, with the key and the request. A change that this program makes by itself has no request."""

    reason: MembershipReason
    key_id: str
    request_id: str | None


_decode_json = msgspec.json.Decoder(Cause).decode


def encode_cause(reason: MembershipReason, key_id: str, request_id: str | None, change_id: str = "") -> str:
    """The column of a cause. A cause of many changes has no `change_id`."""
    beginning = _beginning(reason, key_id)
    if request_id is None:
        return beginning
    if request_id[TICK_DIGITS:] == change_id[TICK_DIGITS:] and request_id[:SECOND_DIGITS] == change_id[:SECOND_DIGITS]:
        return f"{beginning}{_SHORTENED}{request_id[SECOND_DIGITS:TICK_DIGITS]}"
    return beginning + request_id


@lru_cache(maxsize=1024)
def _beginning(reason: MembershipReason, key_id: str) -> str:
    return f"{_LETTERS[reason]}{key_id}{_SEPARATOR}"


def decode_cause(text: str, change_id: str) -> Cause:
    """The cause of a change, from its column."""
    if text.startswith("["):  # the first programs with this column wrote JSON
        return _decode_json(text)
    key_id, _, request = text[1:].rpartition(_SEPARATOR)
    if request.startswith(_SHORTENED):
        request = change_id[:SECOND_DIGITS] + request[1:] + change_id[TICK_DIGITS:]
    return Cause(_REASONS[text[0]], key_id, request or None)
