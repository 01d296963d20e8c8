"""Decodes JSON that is stored as responses show it.

The decoders are created at import: msgspec prepares a type when it is first used, and crashes if another thread uses
the type meanwhile. The writer of SQLite is a thread of its own.
"""

from __future__ import annotations

from msgspec import Raw, ValidationError
from msgspec.json import Decoder

from heliograph.errors import BadRequest
from heliograph.wire.messages import Message
from heliograph.wire.users import Profile

decode_profile = Decoder(Profile).decode
_decode_message = Decoder(Message).decode


def decode_message(shown: Raw) -> Message:
    """A stored message.

    Raises:
        BadRequest: it was imported, and has a type or a field that this server does not know.
    """
    try:
        return _decode_message(shown)
    except ValidationError:
        raise BadRequest("the message is of a type that this server does not know") from None
