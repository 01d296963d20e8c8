"""What the OpenAPI document says about parameters, by their names."""

from __future__ import annotations

from typing import get_args

from heliograph.wire.deliveries import DeliveryStatus
from heliograph.wire.event_records import EVENT_TYPES

PATH_VALUES = {
    "appId": "The app.",
    "keyId": "The key: `app_` and 24 hex characters.",
    "conversationId": "The conversation.",
    "userIdOrExternalId": "The user's id or, percent-encoded, external id. An id wins over another user's external id.",
    "clientId": "The client.",
    "messageId": "The message.",
    "integrationId": "The integration; `me` is the integration of the key or token.",
    "webhookId": "The webhook.",
    "switchboardId": "The switchboard.",
    "switchboardIntegrationId": "The switchboard integration.",
    "deviceId": "The device.",
    "guid": "What the SDK calls the device.",
    "deliveryId": "The delivery.",
    "recordedRequestId": "The id of the record.",
    "oauthClientId": "The id of the OAuth client.",
    "zendeskId": "The id of the Support user to link with the user.",
    "sessionId": "The session: `ses_` and 24 hex characters.",
    "snapshotName": "The snapshot: up to 64 letters, digits, dots, underscores and hyphens.",
    "name": "The inbox: up to 64 letters, digits, dots, underscores and hyphens.",
}
FILTERS = {
    "userId": "The user's id.",
    "userExternalId": "The user's external id.",
    "status": "The status.",
    "webhookId": "The webhook.",
    "conversationId": "The conversation.",
    "clientId": "The client.",
    "identities.email": "The email address.",
    "operation": "The operation.",
    "types": "Types of integrations, separated by commas.",
    "path": "The path below the URL of an inbox, or the beginning of the path of a recorded request.",
    "integrationId": "The custom integration.",
    "eventId": "The event.",
    "eventType": "The type of the event, or of an event in the body.",
    "type": "The type of the event.",
    "keyId": "The key of the caller.",
    "requestId": "The X-Request-Id of the request that caused the event.",
    "ids": "Up to 100 ids, separated by commas; no other filter can be combined with it.",
    "name": "The beginning of a name.",
    "externalId": "The external id.",
    "unread": "`true`: only members with unread messages.",
    "joinedAfter": "A time: only members who joined then or later.",
    "joinedBefore": "A time: only members who joined before it.",
    "after": "A time: only what happened then or later.",
    "before": "A time: only what happened before it.",
}
METADATA_FILTER = "The value of the key of metadata that follows `metadata.`, as text."
FILTERS_OF = {
    ("Memberships", "userId"): "Up to 100 ids of users, separated by commas.",
    ("Memberships", "userExternalId"): "Up to 100 external ids of users, separated by commas.",
}
"""What filters are in the operations of a tag, if it differs."""
ONE_OF = {
    ("Deliveries", "status"): get_args(DeliveryStatus),
    ("Deliveries", "type"): tuple(EVENT_TYPES),
    ("Deliveries", "eventType"): tuple(EVENT_TYPES),
}
QUERY = {
    "brandId": "The brand in which to look up the external id.",
    "access": "Who may read the attachment: `public`.",
    "for": "The purpose of the attachment: `message`.",
    "conversationId": "The conversation.",
    "includeFullUser": "`true` includes full users in the events, like the option of a webhook.",
    "repeated": "`true` includes repetitions: events of which a delivery was sent again, marked with `repeated`.",
    "listener": "The name under which ListListeners lists the stream while it is open.",
    "forwardTo": "The URL to which the listener forwards the events, for ListListeners.",
    "q": "An id, an external id, an email address, or the beginning of the name of a conversation.",
    "dryRun": "`true` changes nothing, and responds with what would change.",
    "sort": "The order: `newest` or `oldest`; for conversations and memberships also `activity`.",
    "at": "A time: those who were in the conversation then. It cannot be combined with filters, `sort` or `include`.",
    "include": "What the response includes, separated by commas.",
    "type": "The type of the event.",
    "trigger": "Triggers of webhooks, separated by commas: only events of these types. All events if absent.",
    "client_id": "The integration, by the id of its OAuth client.",
    "response_type": "The type of the grant: `code`.",
    "once": "`1` ends the response after the first entries, or after 25 seconds.",
    "state": "A text that is returned with the code.",
    "wait": "How many seconds to wait for a record if the page would be empty: up to 60.",
    "redirect_uri": "The URL to which the browser is redirected.",
}
IDEMPOTENCY_KEY = "Idempotency-Key"
KEY_PATTERN = r"^[!#-+.-~-]{1,255}$"
"""The form of a key that is a token."""
REQUEST_HEADERS = {
    "Last-Event-ID": "The id of the last event that the client received from this stream.",
    "If-Match": "The version of the membership, in quotes, that a list or a dry run reported.",
    IDEMPOTENCY_KEY: "A text of up to 255 characters, in quotes or not, that no other request has. If the request is "
    "repeated with it, nothing is done again, and the stored response is returned.",
}
