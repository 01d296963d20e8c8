"""Decodes JSON that is stored as responses show it.

The decoders are made at import: msgspec prepares a type when it is first used, and crashes if another thread uses the
type meanwhile. The writer of SQLite is a thread of its own.
"""

from __future__ import annotations

from msgspec.json import Decoder

from heliograph.wire.messages import Message
from heliograph.wire.users import Profile

decode_profile = Decoder(Profile).decode
decode_message = Decoder(Message).decode
