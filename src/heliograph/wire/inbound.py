"""Acts of end users: the bodies of the calls that act like an SDK or a channel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from heliograph.wire.activities import READ, ActivityType
from heliograph.wire.base import Body, Metadata, Response
from heliograph.wire.contents import ContentBody
from heliograph.wire.events import ControlReason
from heliograph.wire.messages import Message
from heliograph.wire.rules import at_most_one


class MessageAct(Body, tag_field="type", tag="message"):
    """Sends a message. The response to a form names the form by `quotedMessageId`."""

    content: ContentBody
    metadata: Metadata | None = None
    quoted_message_id: str | None = None


class PostbackAct(Body, tag_field="type", tag="postback"):
    """Presses a postback button; that of a message if `messageId` names one."""

    payload: str
    message_id: str | None = None
    metadata: Metadata | None = None


class TypingStartAct(Body, tag_field="type", tag="typing:start"):
    """Starts typing."""

    activity: ClassVar[ActivityType] = "typing:start"


class TypingStopAct(Body, tag_field="type", tag="typing:stop"):
    """Stops typing."""

    activity: ClassVar[ActivityType] = "typing:stop"


class ReadAct(Body, tag_field="type", tag="conversation:read"):
    """Reads the conversation."""

    activity: ClassVar[ActivityType] = READ


class ReferralBody(Body):
    """The link that refers a user to a conversation."""

    code: str
    details: dict[str, Any] | None = None


BeginReason = Literal["linkRequest", "message", "prechatCapture", "proactiveMessaging", "startConversation"]


class ReferralAct(Body, tag_field="type", tag="referral"):
    """Comes to the conversation by a link with a code."""

    code: str
    details: dict[str, Any] | None = None


Act = MessageAct | PostbackAct | TypingStartAct | TypingStopAct | ReadAct | ReferralAct


class InboundBody(Body):
    """An act of a user in a conversation, and the device or the client on which it happens."""

    user_id: str
    act: Act
    device_id: str | None = None
    client_id: str | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return at_most_one(given, "deviceId", "clientId")


class InboundResponse(Response):
    """The messages that the act posted: none, or one."""

    messages: list[Message]


class BeginConversationBody(Body):
    """Why a user begins a conversation, and the device or the client on which it happens."""

    reason: BeginReason
    device_id: str | None = None
    client_id: str | None = None
    referral: ReferralBody | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        return at_most_one(given, "deviceId", "clientId")


class ControlBody(Body):
    """A change of control with a reason, which only systems outside of the API can give."""

    action: Literal["pass", "release"]
    switchboard_integration: str | None = None
    reason: ControlReason | None = None
    metadata: Metadata | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        if given.get("action") == "pass" and given.get("switchboardIntegration") is None:
            yield "should have required property 'switchboardIntegration'"
        if given.get("action") == "release" and given.get("switchboardIntegration") is not None:
            yield "switchboardIntegration is only for the action pass"


class OutcomeError(Body):
    """Why a message could not be delivered."""

    code: str
    message: str


class ExternalMessageBody(Body):
    """The message on the channel."""

    id: str


class OutcomeDestination(Body):
    """The channel: its type, and its integration if it has one."""

    type: str
    integration_id: str | None = None


class MessageOutcomeBody(Body):
    """What became of a message: it reached the channel, or the user, or it failed."""

    outcome: Literal["channel", "user", "failure"]
    destination: OutcomeDestination | None = None
    is_final_event: bool | None = None
    external_messages: list[ExternalMessageBody] | None = None
    error: OutcomeError | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        if given.get("error") is not None and given.get("outcome") != "failure":
            yield "error is only for the outcome failure"
