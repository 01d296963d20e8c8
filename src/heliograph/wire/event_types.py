"""The types of events, and the triggers by which webhooks subscribe to them."""

from __future__ import annotations

from typing import Literal

EventType = Literal[
    "client:add",
    "client:remove",
    "client:update",
    "conversation:create",
    "conversation:join",
    "conversation:leave",
    "conversation:message",
    "conversation:message:delivery:channel",
    "conversation:message:delivery:failure",
    "conversation:message:delivery:user",
    "conversation:postback",
    "conversation:read",
    "conversation:referral",
    "conversation:remove",
    "conversation:typing",
    "switchboard:acceptControl",
    "switchboard:acceptControl:failure",
    "switchboard:offerControl",
    "switchboard:offerControl:failure",
    "switchboard:passControl",
    "switchboard:passControl:failure",
    "switchboard:releaseControl",
    "user:merge",
    "user:remove",
    "user:update",
]
"""The types of the events that the server records."""

Trigger = Literal[EventType, "passthrough:messaging"]
"""A trigger of the API document: the type of an event, or one that this server accepts and records no events of."""

_ABOUT_USERS = ("user:", "client:")


def is_about_user(type: str) -> bool:
    """Whether events of this type are about a user, and not about a conversation."""
    return type.startswith(_ABOUT_USERS)
