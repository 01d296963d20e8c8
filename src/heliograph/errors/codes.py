"""Error responses with a code or a title of their own."""

from __future__ import annotations

from heliograph.errors.statuses import ApiError, BadRequest, Conflict, NotFound, Unauthorized, UnprocessableRequest


class InvalidPage(BadRequest):
    """The `page` parameters are not valid."""

    title = "Invalid page query parameters"


class TooManyParticipants(BadRequest):
    """The conversation has the maximum number of participants."""

    # 400 and not 409: the API document's example of this title carries bad_request.
    title = "Too many participants"


class NotAGroup(BadRequest):
    """Only sdkGroup conversations can be joined or left."""

    title = "Only conversations of type sdkGroup can be joined or left"


class NotACustomIntegration(BadRequest):
    """Only custom integrations have API keys."""

    title = "API keys are available only for custom integrations"


class OnlyOneSwitchboard(BadRequest):
    """The app already has a switchboard."""

    title = "Only one switchboard can be created per app"


class TooManySwitchboardIntegrations(BadRequest):
    """The switchboard has the maximum number of integrations."""

    code = "too_many_switchboard_integrations"
    title = "Switchboard has reached the max number of switchboard integrations (10)"


class InvalidControlTarget(BadRequest):
    """Control of a conversation cannot go to this target; raised only with the setting `strict_control`."""

    code = "switchboard_invalid_target"
    title = "Switchboard invalid target"


class InvalidControlAction(BadRequest):
    """Control of a conversation cannot be taken like this; raised only with the setting `strict_control`."""

    code = "switchboard_invalid_action"
    title = "Switchboard invalid action"


class NotAMember(NotFound):
    """The user is not a participant of the conversation."""

    title = "User is not a member of the conversation"


class AppNotFound(NotFound):
    """The app does not exist."""

    code = "app_not_found"
    title = "App not found"


class ConversationNotFound(NotFound):
    """The conversation does not exist in this app."""

    code = "conversation_not_found"
    title = "Conversation not found"


class UserNotFound(NotFound):
    """The user does not exist in this app."""

    code = "user_not_found"
    title = "User not found"


class ClientNotFound(NotFound):
    """The user does not have this client."""

    code = "client_not_found"
    title = "Client not found"


class AttachmentNotFound(NotFound):
    """The attachment does not exist in this app."""

    title = "Attachment not found"


class MessageNotFound(NotFound):
    """The message does not exist in this conversation."""

    title = "Message not found"


class DeviceNotFound(NotFound):
    """The user does not have this device."""

    code = "device_not_found"
    title = "Device not found"


class IntegrationNotFound(NotFound):
    """The integration does not exist in this app."""

    code = "integration_not_found"
    title = "Integration not found"


class SnapshotNotFound(NotFound):
    """The sandbox has no snapshot of this name."""

    title = "Snapshot not found"


class SupportUserNotFound(NotFound):
    """The Support user does not exist in this app."""

    title = "Support user not found"


class SwitchboardNotFound(NotFound):
    """The switchboard does not exist in this app."""

    code = "switchboard_not_found"
    title = "Switchboard not found"


class SwitchboardIntegrationNotFound(NotFound):
    """The integration does not exist in the switchboard."""

    code = "switchboard_integration_not_found"
    title = "SwitchboardIntegration not found"


class UserAlreadyExists(Conflict):
    """Another user of the app already has this external id."""

    title = "User already exists"


class IdempotencyKeyReuse(UnprocessableRequest):
    """The idempotency key belongs to another request: another method, path, query or body."""

    code = "idempotency_key_reuse"
    title = "Idempotency-Key was used for another request"


class OAuthClientAlreadyExists(Conflict):
    """Another OAuth client already has this clientId."""

    title = "OAuth client already exists"


class OAuthClientNotFound(NotFound):
    """The OAuth client does not exist."""

    title = "OAuth client not found"


class OAuthError(ApiError):
    """An error of the OAuth protocol. The response also has `error` and `error_description`, as in RFC 6749."""


class InvalidTokenRequest(OAuthError, BadRequest):
    """A field of the body is missing, given twice, or not valid."""

    code = "invalid_request"
    title = "Invalid request"


class InvalidClient(OAuthError, Unauthorized):
    """The OAuth client is unknown, or its secret is wrong."""

    code = "invalid_client"
    title = "Client authentication failed"


class UnsupportedGrantType(OAuthError, BadRequest):
    """The grant type is not `authorization_code`."""

    code = "unsupported_grant_type"
    title = "grant_type should be authorization_code"


class InvalidGrant(OAuthError, BadRequest):
    """The code is unknown, used, expired, or not for this client and redirect URI."""

    code = "invalid_grant"
    title = "The authorization code is not valid"
