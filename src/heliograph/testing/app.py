"""An app of a sandbox, with its users, the business and its conversations, as a test sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from heliograph import BasicAuth, Client, Model
from heliograph.client.requesting import build
from heliograph.errors import Conflict, InvalidArgument, NotFound
from heliograph.testing.server import ServerKey
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table.extensions.end_users import POST_INBOUND

_PAGE = 100


class App:
    """An app, and the names that the test gave its users and conversations."""

    def __init__(self, url: str, app_id: str, key: ServerKey) -> None:
        self.url = url
        self.app_id = app_id
        self.key = key
        self.client = Client(url, auth=BasicAuth(*key))
        self.business = Business(self)
        self._names: dict[str, str] = {}
        self._users: dict[str, User] = {}
        self._conversations: dict[str, Conversation] = {}

    def user(self, name: str) -> User:
        """The user with this external id, who is created if necessary."""
        if name not in self._users:
            try:
                found = self.client.users.create_user(self.app_id, {"externalId": name}).user
            except Conflict:
                found = self.client.users.get_user(self.app_id, name).user
            self._users[name] = User(self, name, found.id)
            self._names[found.id] = name
        return self._users[name]

    def group(self, name: str, members: tuple[str, ...] | list[str] = ()) -> Conversation:
        """The group with this name, which is created if necessary. Adds these members to it."""
        if name not in self._conversations:
            self._add(name, {"type": "sdkGroup", "displayName": name})
        conversation = self._conversations[name]
        for member in members:
            conversation.join(member)
        return conversation

    def personal(self, user: str) -> Conversation:
        """The personal conversation of this user, which is created if necessary. It has the name of the user."""
        if user not in self._conversations:
            participants = [{"userId": self.user(user).id, "subscribeSDKClient": False}]
            self._add(user, {"type": "personal", "displayName": user, "participants": participants})
        return self._conversations[user]

    def _add(self, name: str, body: dict[str, Any]) -> None:
        self.know({name: self.client.conversations.create_conversation(self.app_id, body).conversation.id})

    def conversation(self, target: Target) -> Conversation:
        """The conversation with this name; a group is created if necessary."""
        return target if isinstance(target, Conversation) else self.group(target)

    def messages(self, conversation: Target) -> list[Message]:
        """The messages of a conversation, oldest first."""
        return self.conversation(conversation).messages

    def know(self, conversations: Mapping[str, str]) -> None:
        """Register conversations: their ids by name."""
        for name, id in conversations.items():
            self._conversations[name] = Conversation(self, name, id)
            self._names[id] = name

    def name_of(self, id: str) -> str:
        """The name that the test gave a conversation, or the external id of a user; the id if it has none."""
        if id not in self._names:
            try:
                self._names[id] = self.client.users.get_user(self.app_id, id).user.external_id or id
            except NotFound:
                return id
        return self._names[id]

    def forget(self) -> None:
        """Forget the names, because everything in the app was deleted."""
        for known in (self._names, self._users, self._conversations):
            known.clear()

    def call(
        self,
        operation: AnyOperation,
        *path: str,
        body: object = None,
        page: Mapping[str, Any] | None = None,
        filters: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Call an operation of the table with the key of the app; returns the JSON of the response."""
        prepared = build(operation, (self.app_id, *path), body, page=page, filter_fields=filters)
        return self.client.send(prepared, Model).to_dict()

    def pages(self, operation: AnyOperation, field: str, filters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        page: dict[str, Any] = {"size": _PAGE}
        while True:
            found = self.call(operation, page=page, filters=filters)
            yield from found[field]
            if not found["meta"]["hasMore"]:
                return
            page["after"] = found["meta"]["afterCursor"]


class Message:
    """A message: the JSON object of the API as `data`, and its main fields as attributes."""

    def __init__(self, data: Mapping[str, Any], app: App) -> None:
        self.data = data
        self.id: str = data["id"]
        self._app = app

    @property
    def text(self) -> str | None:
        """The text."""
        found: str | None = self.data["content"].get("text")
        return found

    @property
    def author(self) -> str:
        """The author: `business`, or the name of a user."""
        author = self.data["author"]
        return self._app.name_of(author["userId"]) if "userId" in author else author["type"]

    @property
    def replies(self) -> list[str]:
        """The texts of the replies and postbacks that it offers."""
        return [one["text"] for one in self.data["content"].get("actions", []) if "text" in one]

    def __repr__(self) -> str:
        return f"{self.author}: {self.text if self.text is not None else self.data['content']['type']}"


class Conversation:
    """A conversation, with the name that the test gave it."""

    def __init__(self, app: App, name: str, id: str) -> None:
        self.name = name
        self.id = id
        self._app = app

    def join(self, user: str) -> None:
        """Let a user join. The user is created if necessary."""
        body = {"userId": self._app.user(user).id, "subscribeSDKClient": False}
        self._app.client.participants.join_conversation(self._app.app_id, self.id, body)

    def leave(self, user: str) -> None:
        """Let a user leave."""
        body = {"userId": self._app.user(user).id}
        self._app.client.participants.leave_conversation(self._app.app_id, self.id, body)

    @property
    def participants(self) -> list[str]:
        """The names of the participants, in the order of joining."""
        found = self._app.client.participants.iter_participants(self._app.app_id, self.id, {"size": 100})
        return [self._app.name_of(one.user_id) for one in found]

    @property
    def messages(self) -> list[Message]:
        """The messages, oldest first."""
        found = self._app.client.messages.iter_messages(self._app.app_id, self.id)
        messages = [Message(one.to_dict(), self._app) for one in found]
        return sorted(messages, key=lambda one: one.id)

    def __repr__(self) -> str:
        return f"Conversation({self.name})"


Target = str | Conversation
"""A conversation, or its name. For an unknown name, a group is created."""


class User:
    """An end user, who acts like the user of an SDK. The name is the external id."""

    def __init__(self, app: App, name: str, id: str) -> None:
        self.name = name
        self.id = id
        self._app = app

    def say(self, text: str, to: Target) -> Message:
        """Send a text. The user joins the conversation if they are not in it."""
        return self._post({"type": "text", "text": text}, to)

    def read(self, to: Target) -> None:
        """Read the conversation."""
        self._act({"type": "conversation:read"}, to)

    def type(self, to: Target) -> None:
        """Start typing."""
        self._act({"type": "typing:start"}, to)

    def select(self, text: str, to: Target) -> Message | None:
        """Tap the reply, or press the postback, with this text in the newest message that offers it.

        Returns the message of a reply; None for a postback.

        Raises:
            InvalidArgument: no message offers it.
        """
        conversation = self._app.conversation(to)
        for message in reversed(conversation.messages):
            for action in message.data["content"].get("actions", []):
                if action.get("text") == text and action["type"] in ("reply", "postback"):
                    return self._choose(action, message, conversation)
        raise InvalidArgument(f"no message in {conversation.name} offers {text!r}")

    def _choose(self, action: Mapping[str, Any], message: Message, conversation: Conversation) -> Message | None:
        if action["type"] == "reply":
            return self._post({"type": "text", "text": action["text"], "payload": action["payload"]}, conversation)
        self._act({"type": "postback", "messageId": message.id, "payload": action["payload"]}, conversation)
        return None

    def submit(self, values: Mapping[str, Any], to: Target) -> Message:
        """Respond to the newest form. `values` are the values by field name.

        Raises:
            InvalidArgument: there is no form.
        """
        conversation = self._app.conversation(to)
        for message in reversed(conversation.messages):
            if message.data["content"]["type"] == "form":
                fields = [
                    {name: field[name] for name in ("type", "name", "label")} | {field["type"]: values[field["name"]]}
                    for field in message.data["content"]["fields"]
                    if field["name"] in values
                ]
                return self._post({"type": "formResponse", "fields": fields}, conversation, quotedMessageId=message.id)
        raise InvalidArgument(f"no message in {conversation.name} is a form")

    def upload(self, name: str, content: bytes, to: Target) -> Message:
        """Send a file."""
        conversation = self._app.conversation(to)
        uploaded = self._app.client.attachments.upload_attachment(
            self._app.app_id,
            source=(name, content),
            access="public",
            for_="message",
            conversation_id=conversation.id,
        )
        kind = "image" if str(uploaded.attachment.media_type).startswith("image/") else "file"
        return self._post({"type": kind, "mediaUrl": uploaded.attachment.media_url}, conversation)

    def _post(self, content: Mapping[str, Any], to: Target, **more: str) -> Message:
        (message,) = self._act({"type": "message", "content": content, **more}, to)["messages"]
        return Message(message, self._app)

    def _act(self, act: Mapping[str, Any], to: Target) -> dict[str, Any]:
        conversation = self._app.conversation(to)
        if self.name not in conversation.participants:
            conversation.join(self.name)
        return self._app.call(POST_INBOUND, conversation.id, body={"userId": self.id, "act": act})

    def __repr__(self) -> str:
        return f"User({self.name})"


class Business:
    """The business, which acts through the API."""

    def __init__(self, app: App) -> None:
        self._app = app

    def say(self, text: str, to: Target, replies: tuple[str, ...] | list[str] = ()) -> Message:
        """Send a text, with replies to choose from."""
        content: dict[str, Any] = {"type": "text", "text": text}
        if replies:
            content["actions"] = [{"type": "reply", "text": one, "payload": one} for one in replies]
        return self.send(content, to)

    def send(self, content: Mapping[str, Any], to: Target) -> Message:
        """Send any content of the API, such as a form."""
        body = {"author": {"type": "business"}, "content": content}
        conversation = self._app.conversation(to)
        posted = self._app.client.messages.post_message(self._app.app_id, conversation.id, body)
        return Message(posted.messages[0].to_dict(), self._app)
