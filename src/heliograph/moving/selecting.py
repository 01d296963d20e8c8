"""Converts objects of the source to records, and counts the fields and values that this server cannot store."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
from msgspec import Struct

from heliograph.moving.report import Record, Report
from heliograph.wire import contents, imports
from heliograph.wire.clients import ClientType
from heliograph.wire.devices import DeviceType

Shown = dict[str, Any]
_SHAPES: dict[str, type[Struct]] = {
    "user": imports.ImportedUser,
    "client": imports.ImportedClient,
    "device": imports.ImportedDevice,
    "conversation": imports.ImportedConversation,
    "participant": imports.ImportedParticipant,
}
_FIELDS = {kind: {one.encode_name for one in msgspec.structs.fields(shape)} for kind, shape in _SHAPES.items()}
_FIELDS["participant"].add("userExternalId")
# Tuples, because the source may send a value that cannot be hashed.
_CLIENT_TYPES, _DEVICE_TYPES = get_args(ClientType), get_args(DeviceType)
_CONTENTS = tuple(kind.__struct_config__.tag for kind in get_args(contents.Content))


def record_of(report: Report, kind: str, shown: Shown, **named: str) -> Record:
    """The record of an object. Fields that are not stored are counted."""
    fields = _FIELDS.get(kind)
    if fields is not None:
        for name in shown.keys() - fields:
            report.leave_out(f"{kind}.{name}")
    report.count(f"{kind}s")
    return {"kind": kind, **named, kind: shown}


def clients_of(report: Report, user_id: str, found: list[Shown]) -> list[Record]:
    """The records of the clients of a user that this server can store."""
    kept: list[Record] = []
    for client in found:
        if client.get("status") == "pending":
            report.leave_out("client.status pending")
        elif client.get("type") not in _CLIENT_TYPES:
            report.leave_out(f"client.type {client.get('type')}")
        else:
            kept.append(record_of(report, "client", client, userId=user_id))
    return kept


def devices_of(report: Report, user_id: str, found: list[Shown]) -> list[Record]:
    """The records of the devices of a user that this server can store."""
    kept: list[Record] = []
    for device in found:
        if device.get("type") in _DEVICE_TYPES:
            kept.append(record_of(report, "device", device, userId=user_id))
        else:
            report.leave_out(f"device.type {device.get('type')}")
    return kept


def participant_of(report: Report, conversation_id: str, shown: Shown) -> Record:
    """The record of a participant, with the associations that this server can store."""
    associations = shown.get("clientAssociations")
    if isinstance(associations, list):
        kept = [one for one in associations if isinstance(one, dict) and one.get("type") in _CLIENT_TYPES]
        if len(kept) < len(associations):
            report.leave_out("participant.clientAssociations of an unknown type")
            shown = {**shown, "clientAssociations": kept}
    return record_of(report, "participant", shown, conversationId=conversation_id)


def message_of(report: Report, conversation_id: str, shown: Shown) -> Record:
    """The record of a message. Unknown types and fields are stored too."""
    content = shown.get("content")
    if isinstance(content, dict):
        kind = content.get("type")
        if kind not in _CONTENTS:
            report.unknown_contents[str(kind)] = report.unknown_contents.get(str(kind), 0) + 1
        if content.get("mediaUrl"):
            report.messages_with_files += 1
    return record_of(report, "message", shown, conversationId=conversation_id)
