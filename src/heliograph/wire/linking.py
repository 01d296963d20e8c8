"""Linking a third-party channel to a user as a client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from heliograph.wire.base import Body
from heliograph.wire.messages import MessagePost

CONFIRMATION_CONTENTS = ("text", "image")


class MatchCriteriaBody(Body, tag_field="type"):
    """The criteria by which to find the user on a channel."""

    integration_id: str
    primary: bool | None = None


class MailgunCriteriaBody(MatchCriteriaBody, tag="mailgun", kw_only=True):
    """Finds the user by email address."""

    address: str
    subject: str | None = None


class MessagebirdCriteriaBody(MatchCriteriaBody, tag="messagebird", kw_only=True):
    """Finds the user by phone number."""

    phone_number: str


class TwilioCriteriaBody(MatchCriteriaBody, tag="twilio", kw_only=True):
    """Finds the user by phone number."""

    phone_number: str


class WhatsappCriteriaBody(MatchCriteriaBody, tag="whatsapp", kw_only=True):
    """Finds the user by phone number."""

    phone_number: str


class ConfirmationBody(Body):
    """When the link takes effect, and the message to the user: a text or a picture, with links as its only actions."""

    type: Literal["immediate", "userActivity", "prompt"]
    message: MessagePost | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        message = given.get("message")
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(content, dict):
            return
        if content.get("type") not in CONFIRMATION_CONTENTS:
            yield f"should have a message of type {' or '.join(CONFIRMATION_CONTENTS)}"
        actions = content.get("actions")
        for action in actions if isinstance(actions, list) else []:
            if isinstance(action, dict) and action.get("type") != "link":
                yield "should have a message with no actions but links"
                break


class TargetBody(Body):
    """The conversation to attach the client to."""

    conversation_id: str


class ClientCreateBody(Body):
    """A client to link."""

    match_criteria: MailgunCriteriaBody | MessagebirdCriteriaBody | TwilioCriteriaBody | WhatsappCriteriaBody
    confirmation: ConfirmationBody
    target: TargetBody
