"""What the OpenAPI document says about query parameters."""

from __future__ import annotations

QUERY = {
    "brandId": "The brand in which to look up the external id.",
    "access": "Who may read the attachment: `public`.",
    "for": "The purpose of the attachment: `message`.",
    "conversationId": "The conversation.",
    "includeFullUser": "`true` includes full users in the events, like the option of a webhook.",
    "repeated": "`true` includes repetitions: events of which a delivery was sent again, marked with `repeated`.",
    "listener": "The name under which ListListeners lists the stream while it is open.",
    "forwardTo": "The URL to which the listener forwards the events, for ListListeners.",
    "trigger": "Triggers of webhooks, separated by commas: only events of these types. All events if absent.",
    "client_id": "The integration, by the id of its OAuth client.",
    "response_type": "The type of the grant: `code`.",
    "state": "A text that is returned with the code.",
    "wait": "How many seconds to wait for a record if the page would be empty: up to 60.",
    "redirect_uri": "The URL to which the browser is redirected.",
}
