"""Makes calls with the official Python client: a JSON line in, a JSON line out. Run as a module.

A request names the `call`, its `args`, the `host`, the `appId`, and the credentials: `basic`, `bearer`, both or none.
The reply has the `value` that the client returned or the `error` that it raised, and what it `sent`.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import types
from collections.abc import Callable
from typing import Any

from tests.compat.drivers import python_operations
from tests.compat.drivers.python_library import PYDANTIC, RELEASE, official, plain

SNAKE = {
    "userId": "user_id",
    "userExternalId": "user_external_id",
    "participantId": "participant_id",
    "subscribeSDKClient": "subscribe_sdk_client",
    "externalId": "external_id",
    "displayName": "display_name",
}
LEAVE_BODIES = {
    "userId": official.ParticipantLeaveBodyUserId,
    "userExternalId": official.ParticipantLeaveBodyUserExternalId,
    "participantId": official.ParticipantLeaveBodyParticipantId,
}

Args = dict[str, Any]


class Sent(logging.Handler):
    """Records the requests that urllib3 logs, each with the status of its response."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.requests: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Record the log line of a response, and ignore other lines."""
        if isinstance(record.args, tuple) and len(record.args) == 8:
            _, _, _, method, path, _, status, _ = record.args
            self.requests.append(f"{method} {path} {status}")


class Received:
    """Keeps the last response of a client, because a release may fail to decode it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._last: Any = None
        if hasattr(client, "rest_client"):
            send = client.rest_client.request

            def noting(*args: Any, **options: Any) -> Any:
                self._last = send(*args, **options)
                return self._last

            client.rest_client.request = noting

    def body(self) -> str | None:
        """The body, if a successful response was received."""
        response = self._last or getattr(self._client, "last_response", None)
        body = getattr(response, "data", None)
        return body.decode() if isinstance(body, bytes) else body


def log_requests() -> None:
    """Let `heliograph.client` log each request as urllib3 does."""
    from heliograph.client.http.connections import Connections

    send = Connections.send

    def logged(self: Any, request: Any) -> Any:
        reply = send(self, request)
        path = request.url.removeprefix(self._origin)
        logging.getLogger("urllib3.connectionpool").debug(
            '%s://%s:%s "%s %s %s" %s %s', "http", "", 0, request.method, path, "HTTP/1.1", reply.status, None
        )
        return reply

    Connections.send = logged  # type: ignore[method-assign]


def fields(given: Args) -> Args:
    """The fields of a body as keyword arguments of its model."""
    return {SNAKE.get(name, name): value for name, value in given.items()}


def version(client: Any, app_id: str, args: Args) -> Any:
    """The release, without a request."""
    return RELEASE


def create_user(client: Any, app_id: str, args: Args) -> Any:
    """Create a user."""
    return official.UsersApi(client).create_user(app_id, official.UserCreateBody(**fields(args)))


def get_user(client: Any, app_id: str, args: Args) -> Any:
    """Fetch a user by id or by external id."""
    return official.UsersApi(client).get_user(app_id, args["user"])


def create_conversation(client: Any, app_id: str, args: Args) -> Any:
    """Create a conversation, with the models that the release has for participants."""
    body = fields(args)
    if PYDANTIC and "participants" in body:
        body["participants"] = [wrapped_participant(one) for one in body["participants"]]
    made = official.ConversationCreateBody(**body)
    return official.ConversationsApi(client).create_conversation(app_id, made)


def wrapped_participant(given: Args) -> Any:
    """A participant for `create_conversation`, in the form that release 17 requires."""
    by_id = official.ParticipantWithUserId if "userId" in given else official.ParticipantWithUserExternalId
    return official.ParticipantSubSchema(by_id(**fields(given)))


def create_conversation_of_dict(client: Any, app_id: str, args: Args) -> Any:
    """Create a conversation from a plain dict, which release 17 supports."""
    body = official.ConversationCreateBody.from_dict(args)
    return official.ConversationsApi(client).create_conversation(app_id, body)


def create_conversation_unwrapped(client: Any, app_id: str, args: Args) -> Any:
    """Create a conversation with plain dicts as participants, which release 17 sends as null."""
    body = official.ConversationCreateBody(type=args["type"], participants=args["participants"])
    return official.ConversationsApi(client).create_conversation(app_id, body)


def list_conversations(client: Any, app_id: str, args: Args) -> Any:
    """List the conversations of a user."""
    chosen = official.ConversationListFilter(**fields(args["filter"]))
    return official.ConversationsApi(client).list_conversations(app_id, chosen, **page_of(args))


def join(client: Any, app_id: str, args: Args) -> Any:
    """Join a conversation."""
    body = official.ParticipantJoinBody(**fields(args["body"]))
    return official.ParticipantsApi(client).join_conversation(app_id, args["conversationId"], body)


def list_participants(client: Any, app_id: str, args: Args) -> Any:
    """List the participants of a conversation."""
    return official.ParticipantsApi(client).list_participants(app_id, args["conversationId"], **page_of(args))


def page_of(args: Args) -> Args:
    """The argument `page`, if one is given."""
    return {"page": official.Page(**args["page"])} if "page" in args else {}


def leave(client: Any, app_id: str, args: Args) -> Any:
    """Leave a conversation, with the body class that the release requires."""
    body = leave_body(args["body"])
    if PYDANTIC:
        body = official.ParticipantLeaveBody(body)
    return official.ParticipantsApi(client).leave_conversation(app_id, args["conversationId"], body)


def leave_unwrapped(client: Any, app_id: str, args: Args) -> Any:
    """Leave a conversation with the unwrapped class, which release 17 does not accept."""
    return official.ParticipantsApi(client).leave_conversation(app_id, args["conversationId"], leave_body(args["body"]))


def leave_body(given: Args) -> Any:
    """The body of the class for the given id."""
    (name,) = given
    return LEAVE_BODIES[name](**fields(given))


def author(given: Args) -> Any:
    """An author."""
    return official.Author(**fields(given))


def post_message(client: Any, app_id: str, args: Args) -> Any:
    """Post a text, with the models that the release has for it."""
    text = official.TextMessage(**args["content"])
    content = official.Content(text) if PYDANTIC else text
    body = official.MessagePost(author=author(args["author"]), content=content, metadata=args.get("metadata"))
    return official.MessagesApi(client).post_message(app_id, args["conversationId"], body)


def list_messages(client: Any, app_id: str, args: Args) -> Any:
    """List the messages of a conversation."""
    return official.MessagesApi(client).list_messages(app_id, args["conversationId"], **page_of(args))


def delete_message(client: Any, app_id: str, args: Args) -> Any:
    """Delete a message."""
    official.MessagesApi(client).delete_message(app_id, args["conversationId"], args["messageId"])


def delete_all_messages(client: Any, app_id: str, args: Args) -> Any:
    """Delete every message of a conversation."""
    official.MessagesApi(client).delete_all_messages(app_id, args["conversationId"])


def post_activity(client: Any, app_id: str, args: Args) -> Any:
    """Post an activity."""
    body = official.ActivityPost(author=author(args["author"]), type=args["type"])
    official.ActivitiesApi(client).post_activity(app_id, args["conversationId"], body)


def delete_conversation(client: Any, app_id: str, args: Args) -> Any:
    """Delete a conversation."""
    official.ConversationsApi(client).delete_conversation(app_id, args["conversationId"])


def create_integration(client: Any, app_id: str, args: Args) -> Any:
    """Create a custom integration with one webhook."""
    body = official.Custom(type="custom", webhooks=[official.Webhook(**args)])
    return official.IntegrationsApi(client).create_integration(app_id, body)


def create_webhook(client: Any, app_id: str, args: Args) -> Any:
    """Create a webhook."""
    body = official.WebhookCreateBody(**args["webhook"])
    return official.WebhooksApi(client).create_webhook(app_id, args["integrationId"], body)


def list_webhooks(client: Any, app_id: str, args: Args) -> Any:
    """List the webhooks of an integration."""
    return official.WebhooksApi(client).list_webhooks(app_id, args["integrationId"])


def operation(client: Any, app_id: str, args: Args) -> Any:
    """Call any operation."""
    return python_operations.operation(client, app_id, args)


def operations(client: Any, app_id: str, args: Args) -> Any:
    """Which of these operations the release has, without a request."""
    return [name for name in args["names"] if python_operations.method_of(client, name)]


def upload_attachment(client: Any, app_id: str, args: Args) -> Any:
    """Upload a file by its path."""
    return official.AttachmentsApi(client).upload_attachment(app_id, "public", args["path"])


def upload_bytes(client: Any, app_id: str, args: Args) -> Any:
    """Upload the content of a file, which release 17 allows."""
    with open(args["path"], "rb") as file:
        return official.AttachmentsApi(client).upload_attachment(app_id, "public", file.read())


def delete_attachment(client: Any, app_id: str, args: Args) -> None:
    """Delete an attachment."""
    body = official.AttachmentDeleteBody(media_url=args["mediaUrl"])
    official.AttachmentsApi(client).delete_attachment(app_id, body)


CALLS: dict[str, Callable[[Any, str, Args], Any]] = {
    name: one
    for name, one in list(globals().items())
    if isinstance(one, types.FunctionType) and one.__code__.co_varnames[:3] == ("client", "app_id", "args")
}


def run(request: Args, sent: Sent) -> Args:
    """The reply to a request."""
    configuration = official.Configuration(host=request["host"])
    if request["basic"]:
        configuration.username, configuration.password = request["basic"]
    if request["bearer"]:
        configuration.access_token = request["bearer"]
    sent.requests.clear()
    with official.ApiClient(configuration) as client:
        received = Received(client)
        try:
            reply: Args = {"value": plain(CALLS[request["call"]](client, request["appId"], request["args"]))}
        except official.ApiException as error:
            body = json.loads(error.body) if error.body else None
            reply = {"error": {"class": type(error).__name__, "status": error.status, "body": body}}
        except Exception as error:  # tests check the other errors that a release raises
            reply = {"error": {"class": type(error).__name__, "text": str(error)}}
        return {**reply, "sent": list(sent.requests), "received": received.body()}


def main() -> None:
    """Make the calls of the requests until the input ends."""
    sent = Sent()
    logger = logging.getLogger("urllib3.connectionpool")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(sent)
    if "IN_PLACE_OF" in os.environ:
        log_requests()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line), sent)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
