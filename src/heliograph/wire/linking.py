"""Linking a third-party channel to a user as a client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from msgspec import Meta

from heliograph.wire.authors import BUSINESS
from heliograph.wire.base import Body, NonEmpty
from heliograph.wire.messages import MessagePost

ConfirmationType = Literal["immediate", "userActivity", "prompt"]
LinkOutcome = Literal["matched", "confirmed", "cancelled", "failed", "blocked", "unblocked"]
PhoneNumber = Annotated[str, Meta(max_length=64, pattern=r"^\+[ -]*[0-9](?:[ -]*[0-9]){7,14}[ -]*$(?!\n)")]
Address = Annotated[str, Meta(max_length=320, pattern=r"^[^@\s]+@[^@\s]+$(?!\n)")]
CONFIRMATION_CONTENTS = ("text", "image")


class MatchCriteriaBody(Body, tag_field="type"):
    """The criteria by which to find the user on a channel."""

    integration_id: str
    primary: bool | None = None


class MailgunCriteriaBody(MatchCriteriaBody, tag="mailgun", kw_only=True):
    """Finds the user by email address."""

    address: Address
    subject: str | None = None


class MessagebirdCriteriaBody(MatchCriteriaBody, tag="messagebird", kw_only=True):
    """Finds the user by phone number."""

    phone_number: PhoneNumber


class TwilioCriteriaBody(MatchCriteriaBody, tag="twilio", kw_only=True):
    """Finds the user by phone number."""

    phone_number: PhoneNumber


class WhatsappCriteriaBody(MatchCriteriaBody, tag="whatsapp", kw_only=True):
    """Finds the user by phone number."""

    phone_number: PhoneNumber


class ConfirmationBody(Body):
    """When the link takes effect, and the message to the user: a text or a picture, with links as its only actions."""

    type: ConfirmationType
    message: MessagePost | None = None

    @classmethod
    def violations(cls, given: dict[str, Any], *, require_subscribe: bool) -> Iterator[str]:
        """The error titles of violated rules between fields."""
        message = given.get("message")
        if not isinstance(message, dict):
            return
        author, content = message.get("author"), message.get("content")
        if isinstance(author, dict) and author.get("type") != BUSINESS:
            yield f"should have a message with an author of type {BUSINESS}"
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


class ProblemBody(Body):
    """The reason of a failure."""

    code: NonEmpty
    message: NonEmpty


class ClientOutcomeBody(Body):
    """What a channel or its user did with a link request or a subscription. `error` is for `cancelled` and `failed`."""

    outcome: LinkOutcome
    error: ProblemBody | None = None
