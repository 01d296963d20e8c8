"""Removes a person from the JSON of messages and events. The shape stays: ids, types, times, and a pseudonym."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, get_args

import msgspec
from msgspec import Raw, Struct

from heliograph.wire.clients import ClientType

Object = dict[str, Any]

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder()
_EMPTY = {"type": "text", "text": ""}
_CONVERSATION = ("id", "type", "activeSwitchboardIntegration", "pendingSwitchboardIntegration")
_CLIENT = ("id", "type", "status", "integrationId")
_AS_THEY_ARE = ("reason", "creationReason", "isFinalEvent")
_CHANNELS = frozenset(get_args(ClientType))


class Redaction(Struct, frozen=True):
    """The ids of a person, the pseudonym that replaces them, and the ids of the personal conversations."""

    user_ids: Collection[str]
    pseudonym: str
    conversation_ids: Collection[str] = ()

    def message(self, shown: Raw) -> tuple[Raw, bool]:
        """The JSON of a message, and whether the person has written it, in which case its content is removed."""
        decoded: Object = _DECODER.decode(shown)
        return self._encoded(self._message(decoded, personal=False)), self._is_author(decoded)

    def payload(self, json: Raw, conversation_id: str | None) -> tuple[Raw, bool]:
        """The JSON of the payload of an event, and whether it is about the person.

        If only a text of others mentions the person, the text stays.
        """
        decoded: Object = _DECODER.decode(json)
        personal = conversation_id is not None and conversation_id in self.conversation_ids
        concerned = personal or self._concerns(decoded)
        return self._encoded(self._payload(decoded, personal=personal) if concerned else decoded), concerned

    def text(self, text: str) -> str:
        """A text with the ids replaced by the pseudonym."""
        for id in self.user_ids:
            text = text.replace(id, self.pseudonym)
        return text

    def _encoded(self, value: Object) -> Raw:
        data = _ENCODER.encode(value)
        for id in self.user_ids:
            data = data.replace(id.encode(), self.pseudonym.encode())
        return Raw(data)

    def _is_author(self, message: Object) -> bool:
        return _object(message, "author").get("userId") in self.user_ids

    def _concerns(self, payload: Object) -> bool:
        subjects = (payload, _object(payload, "mergedUsers"))
        if any(_object(one, name).get("id") in self.user_ids for one in subjects
               for name in ("user", "surviving", "discarded")):  # fmt: skip
            return True
        written = [_object(payload, "message"), _object(payload, "activity"), *payload.get("recentNotifications", ())]
        return any(self._is_author(one) or self._is_author(_quoted(one)) for one in written)

    def _message(self, message: Object, *, personal: bool) -> Object:
        if personal or self._is_author(message):
            return {
                **_only(message, ("id", "received")),
                "author": self._author(_object(message, "author")),
                "content": _EMPTY,
                "source": _only(_object(message, "source"), ("type",)),
                "deleted": True,
            }
        if quoted := _quoted(message):
            outer = _object(message, "quotedMessage")
            return {**message, "quotedMessage": {**outer, "message": self._message(quoted, personal=False)}}
        return message

    def _author(self, author: Object) -> Object:
        shown = _only(author, ("type", "subtypes"))
        if author.get("userId") in self.user_ids:
            shown["userId"] = self.pseudonym
            if "user" in author:
                shown["user"] = self._user()
        return shown

    def _user(self) -> Object:
        return {"id": self.pseudonym, "authenticated": False}

    def _payload(self, payload: Object, *, personal: bool) -> Object:
        """The payload of an event about the person, of which only known fields are kept."""
        shown: Object = _only(payload, _AS_THEY_ARE)
        for name, value in payload.items():
            match name:
                case "user":
                    shown[name] = self._user()
                case "conversation":
                    shown[name] = _only(value, _CONVERSATION) if personal else value
                case "message":
                    shown[name] = self._message(value, personal=personal) if "author" in value else value
                case "recentNotifications":
                    shown[name] = [self._message(one, personal=personal) for one in value]
                case "activity":
                    shown[name] = {
                        "type": value.get("type"),
                        "source": _only(_object(value, "source"), ("type",)),
                        "author": self._author(_object(value, "author")),
                    }
                case "client":
                    shown[name] = _only(value, _CLIENT)
                case "source":
                    shown[name] = _only(value, ("type",))
                case "postback":
                    shown[name] = {"payload": ""}
                case "referral":
                    shown[name] = {"code": ""}
                case "destination":
                    # The report of an outcome can name any channel.
                    shown[name] = {"type": value.get("type") if value.get("type") in _CHANNELS else ""}
                case "error":
                    shown[name] = {"code": "", "message": ""}
        return shown


def _object(value: Object, name: str) -> Object:
    """The object with this name, or an empty one."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _quoted(message: Object) -> Object:
    return _object(_object(message, "quotedMessage"), "message")


def _only(value: Object, names: Collection[str]) -> Object:
    return {name: value[name] for name in names if name in value}
