"""Switchboards: at most one for each app, stored in one row with its integrations.

Every read of a conversation includes the state of the switchboard of its app, so one column holds all of it.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec
from msgspec import Struct

from heliograph.storage.codec import RowCodec, encode
from heliograph.storage.engine import Reader, Tx


class StoredSwitchboardIntegration(Struct, frozen=True):
    """An integration in a switchboard."""

    id: str
    name: str
    integration_id: str
    integration_type: str
    deliver_standby_events: bool
    next_id: str | None = None
    """The switchboard integration to which `next` passes control."""
    message_history_count: int | None = None


class SwitchboardState(Struct, frozen=True):
    """A switchboard as a column stores it, with its integrations in the order of creation."""

    enabled: bool = False
    default_id: str | None = None
    integrations: tuple[StoredSwitchboardIntegration, ...] = ()

    def find(self, id: str | None) -> StoredSwitchboardIntegration | None:
        """The switchboard integration with this id, or None."""
        # A plain loop, because this runs several times for each message, and a generator takes three times as long.
        for one in self.integrations:
            if one.id == id:
                return one
        return None

    def of_integration(self, integration_id: str | None) -> StoredSwitchboardIntegration | None:
        """The switchboard integration of an integration, or None."""
        return next((one for one in self.integrations if one.integration_id == integration_id), None)


_decode = msgspec.json.Decoder(SwitchboardState).decode


class StoredSwitchboard(Struct):
    """A row of `switchboard`. The fields are the columns, in this order."""

    id: str
    app_id: str
    state: SwitchboardState


@lru_cache(maxsize=1024)
def load_state(text: str) -> SwitchboardState:
    """The state that a column holds."""
    return _decode(text)


ROWS = RowCodec(StoredSwitchboard, state=(load_state, encode))
_KEY = ("app_id",)


async def of_app(reader: Reader, app_id: str) -> StoredSwitchboard | None:
    """The switchboard of the app, or None."""
    row = await reader.get("switchboard", ROWS.columns, _KEY, (app_id,))
    return ROWS.load(row) if row else None


async def add(tx: Tx, app_id: str, switchboard: StoredSwitchboard) -> None:
    """Create the switchboard."""
    await tx.insert("switchboard", ROWS.columns, [ROWS.dump(switchboard)])


async def change(tx: Tx, app_id: str, switchboard: StoredSwitchboard) -> None:
    """Store the state of the switchboard."""
    await tx.update("switchboard", ("state",), _KEY, [(encode(switchboard.state), app_id)])


async def remove(tx: Tx, app_id: str) -> None:
    """Delete the switchboard of the app."""
    await tx.delete("switchboard", _KEY, [(app_id,)])
