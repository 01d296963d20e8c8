"""The server under test, an app in it, and what the checks create there."""

from __future__ import annotations

import base64
import re
import secrets
from functools import cached_property
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote

import msgspec

from heliograph.conformance.caller import Answer, Caller, basic
from heliograph.conformance.created import Created, Thing
from heliograph.conformance.outcomes import Failure, Need, NotRun
from heliograph.conformance.receiver import Endpoint, Receiver
from heliograph.wire.operations import AnyOperation, Scope
from heliograph.wire.table.extensions.deliveries import LIST_DELIVERIES
from heliograph.wire.table.v2.apps import CREATE_APP, CREATE_APP_KEY
from heliograph.wire.table.v2.conversations import (
    CREATE_CONVERSATION,
    JOIN_CONVERSATION,
    LIST_PARTICIPANTS,
    POST_MESSAGE,
)
from heliograph.wire.table.v2.integrations import (
    CREATE_CUSTOM_INTEGRATION_KEY,
    CREATE_INTEGRATION,
    CREATE_WEBHOOK,
    DELETE_WEBHOOK,
    LIST_SWITCHBOARDS,
)
from heliograph.wire.table.v2.users import CREATE_USER

MISSING = "0" * 24
"""An id that no object has."""
UNREACHABLE = "https://example.invalid/hook"
"""The target of webhooks that are not meant to be called."""
PREFIX = "conformance"
PAYMENT_REQUIRED = 402
_SECRETS = (b"secret", b"clientSecret", b"access_token")
"""The fields of responses that are secret."""
_PARAMETER = re.compile(r"\{(\w+)\}")


class RunState:
    """The state that the sites of one run share: the caller, the credentials, and the created objects."""

    def __init__(
        self, caller: Caller, account: str | None = None, receiver: Receiver | None = None, *, slow: bool = False
    ) -> None:
        self.id = f"{PREFIX}-{secrets.token_hex(4)}"
        self.caller = caller
        self.account = account
        """The `Authorization` header of an account key."""
        self.receiver = receiver
        self.slow = slow
        self.created = Created()
        self.secrets: set[str] = set()
        self.names = 0


class Site:
    """An app of the server, and a key of it, with which operations are called."""

    def __init__(self, run: RunState, app_id: str, authorization: str) -> None:
        self.run = run
        self.app_id = app_id
        self.authorization = authorization
        self.prepared: dict[AnyOperation, Any] = {}
        """Calls that the checks of operations share."""
        self._inboxes: dict[tuple[bool, bool], Endpoint] = {}

    def call(self, operation: AnyOperation, body: Any = None, **given: Any) -> Answer:
        """Call an operation; returns the answer, whatever its status except 402.

        `given` has the values in the path by their names, and the options of `Caller.send`. `auth` is the
        `Authorization` header: by default that of a key with the scope that the operation needs; None for no header.
        """
        options = {one: given.pop(one) for one in ("params", "headers", "content", "files", "data") if one in given}
        auth = given.pop("auth") if "auth" in given else self._key_for(operation)
        ids = {"appId": self.app_id, **given}
        answer = self.run.caller.send(operation.method, path_of(operation, ids), auth, body=body, **options)
        answer.operation = operation
        if answer.status == PAYMENT_REQUIRED:
            raise NotRun(f"{operation.name} is not part of the plan of the account")
        if any(name in answer.content for name in _SECRETS):
            self._learn(answer.json)
        if answer.status < 300:
            self.run.created.note(operation, ids["appId"], answer, ids, body)
        return answer

    def send(self, method: str, path: str, **given: Any) -> Answer:
        """Send a request to a path, with the key of the app unless `auth` is given."""
        auth = given.pop("auth") if "auth" in given else self.authorization
        return self.run.caller.send(method, path, auth, **given)

    @property
    def key(self) -> tuple[str, str]:
        """The id and the secret of the key."""
        id, _, secret = base64.b64decode(self.authorization.removeprefix("Basic ")).decode().partition(":")
        return id, secret

    def ok(self, operation: AnyOperation, body: Any = None, **given: Any) -> Any:
        """The JSON of a successful response, which must have the documented status and form."""
        answer = self.call(operation, body, **given).expect(operation.status)
        check_form(operation, answer)
        return answer.json

    def _key_for(self, operation: AnyOperation) -> str | None:
        if operation.scope is Scope.ACCOUNT and self.run.account:
            return self.run.account
        return self.authorization

    def _learn(self, body: Any) -> None:
        """Remember secrets, so that no report shows them."""
        for value in body.values() if isinstance(body, dict) else body if isinstance(body, list) else ():
            self._learn(value)
        if isinstance(body, dict):
            for name in map(bytes.decode, _SECRETS):
                if isinstance(body.get(name), str):
                    self.run.secrets.add(body[name])

    def lacks(self, needs: tuple[Need, ...]) -> str:
        """Why a check with these needs cannot be run; empty if it can."""
        missing = next((need for need in needs if not self._has(need)), None)
        return f"needs {missing.value}" if missing else ""

    def _has(self, need: Need) -> bool:
        match need:
            case Need.ACCOUNT:
                return self.run.account is not None
            case Need.WEBHOOK:
                return self.run.receiver is not None and self.inbox() is not None
            case Need.EXTENSIONS:
                return self.has_extensions
            case Need.CHANNEL:
                return self.channel is not None
            case Need.SWITCHBOARD:
                return self.apart.has_no_switchboard
            case Need.SLOW:
                return self.run.slow

    @cached_property
    def has_extensions(self) -> bool:
        """Whether the server has the calls below /heliograph/v1."""
        return self.call(LIST_DELIVERIES).status == 200

    @cached_property
    def has_no_switchboard(self) -> bool:
        """Whether the app had no switchboard before the run."""
        return not self.ok(LIST_SWITCHBOARDS)["switchboards"]

    @cached_property
    def channel(self) -> str | None:
        """An integration of type twilio; None if the server refuses to create one with invented credentials."""
        body = {"type": "twilio", "displayName": self.name(), "accountSid": "s", "authToken": "t"}
        answer = self.call(CREATE_INTEGRATION, {**body, "phoneNumberSid": "p"})
        return answer.json["integration"]["id"] if answer.status == 201 else None

    @cached_property
    def apart(self) -> Site:
        """An app of its own for checks that change a whole app, if there is an account key; otherwise this app."""
        return self.new_app() if self.run.account else self

    def new_app(self, **body: Any) -> Site:
        """A new app with a key of its own."""
        app_id = self.ok(CREATE_APP, {"displayName": self.name(), **body})["app"]["id"]
        key = self.ok(CREATE_APP_KEY, {"displayName": self.name()}, appId=app_id)["key"]
        return Site(self.run, app_id, basic(key["id"], key["secret"]))

    @property
    def account(self) -> str:
        """The `Authorization` header of the account key."""
        if self.run.account is None:
            raise NotRun(f"needs {Need.ACCOUNT.value}")
        return self.run.account

    def name(self) -> str:
        """A new name with the prefix of the run, by which its objects can be recognized."""
        self.run.names += 1
        return f"{self.run.id}-{self.run.names}"

    def user(self, external_id: str | None = None, **body: Any) -> str:
        """Create a user; returns its id."""
        given = {"externalId": external_id or self.name(), **body}
        id: str = self.ok(CREATE_USER, given)["user"]["id"]
        return id

    @cached_property
    def ada(self) -> str:
        """A user that no check changes."""
        return self.user(f"{self.run.id}-ada", profile={"givenName": "Ada", "surname": "Lovelace"})

    @cached_property
    def crew(self) -> str:
        """A group with `ada` in it, in which checks post messages only."""
        return self.group(self.ada)

    def group(self, *users: str, **body: Any) -> str:
        """Create a group with these users in it; returns its id."""
        members = [{"userId": one, "subscribeSDKClient": False} for one in users]
        given = {"type": "sdkGroup", "displayName": self.name(), "participants": members, **body}
        id: str = self.ok(CREATE_CONVERSATION, given)["conversation"]["id"]
        return id

    def personal(self, user: str) -> str:
        """Create a personal conversation; returns its id."""
        body = {"type": "personal", "displayName": self.name(), "participants": [{"userId": user}]}
        id: str = self.ok(CREATE_CONVERSATION, body)["conversation"]["id"]
        return id

    def join(self, group: str, user: str, subscribe: bool = False) -> Any:
        """Join; returns the participant."""
        body = {"userId": user, "subscribeSDKClient": subscribe}
        return self.ok(JOIN_CONVERSATION, body, conversationId=group)["participant"]

    def participants(self, conversation: str) -> list[Any]:
        """Up to 100 participants."""
        params = {"page[size]": "100"}
        found: list[Any] = self.ok(LIST_PARTICIPANTS, conversationId=conversation, params=params)["participants"]
        return found

    def post(self, conversation: str, content: Any = "Hello", user: str = "", **more: Any) -> Answer:
        """Post a text or another content, of a user or of the business."""
        author = {"type": "user", "userId": user} if user else {"type": "business"}
        given = {"type": "text", "text": content} if isinstance(content, str) else content
        return self.call(POST_MESSAGE, {"author": author, "content": given, **more}, conversationId=conversation)

    def say(self, conversation: str, content: Any = "Hello", user: str = "", **more: Any) -> Any:
        """Post a message successfully; returns it."""
        answer = self.post(conversation, content, user, **more).expect(201)
        check_form(POST_MESSAGE, answer)
        return answer.json["messages"][0]

    def integration(self, target: str = UNREACHABLE, triggers: tuple[str, ...] = ("conversation:join",)) -> Any:
        """Create a custom integration with a webhook; returns it."""
        hook = {"target": target, "triggers": list(triggers)}
        body = {"type": "custom", "displayName": self.name(), "webhooks": [hook]}
        return self.ok(CREATE_INTEGRATION, body)["integration"]

    def bare_integration(self) -> str:
        """Create a custom integration without a webhook, of which an app can have 10; returns its id."""
        made = self.integration()
        self.ok(DELETE_WEBHOOK, integrationId=made["id"], webhookId=made["webhooks"][0]["id"])
        return str(made["id"])

    def integration_key(self, integration: str) -> str:
        """Create a key of a custom integration; returns its `Authorization` header."""
        key = self.ok(CREATE_CUSTOM_INTEGRATION_KEY, {"displayName": self.name()}, integrationId=integration)["key"]
        return basic(key["id"], key["secret"])

    @cached_property
    def bot(self) -> str:
        """A custom integration without a webhook that no check changes."""
        return self.bare_integration()

    @cached_property
    def human(self) -> str:
        """Another custom integration without a webhook that no check changes."""
        return self.bare_integration()

    @cached_property
    def web(self) -> str:
        """A web integration that no check changes."""
        id: str = self.ok(CREATE_INTEGRATION, {"type": "web", "displayName": self.name()})["integration"]["id"]
        return id

    @cached_property
    def bot_key(self) -> str:
        """The `Authorization` header of a key of `bot`."""
        return self.integration_key(self.bot)

    def inbox(self, full_user: bool = False, full_source: bool = False) -> Endpoint:
        """The calls of a webhook for all events, which is created when it is first used."""
        key = (full_user, full_source)
        if key not in self._inboxes:
            if self.run.receiver is None:
                raise NotRun(f"needs {Need.WEBHOOK.value}")
            inbox = self.run.receiver.inbox()
            options = {"includeFullUser": full_user, "includeFullSource": full_source}
            hook = {"target": inbox.url, "triggers": ["*"], **options}
            answer = self.call(CREATE_WEBHOOK, hook, integrationId=self._hooks)
            if answer.status == 400:
                raise NotRun(f"the server refuses the URL of the webhook endpoint: {answer.summary()}")
            answer.expect(201)
            self._inboxes[key] = inbox
        return self._inboxes[key]

    @cached_property
    def _hooks(self) -> str:
        return self.bare_integration()

    def settled(self, inbox: Endpoint, conversation: str) -> list[str]:
        """The types of all events of a conversation so far. Posts a message, whose event comes after them."""
        marker = self.say(conversation, self.name())
        inbox.wait("conversation:message", conversation, marker["id"])
        return inbox.types(conversation)[:-1]

    def delete_created(self) -> list[str]:
        """Delete everything that the run created; returns a line for each thing that remains."""
        return self.run.created.delete_all(self._delete)

    def _delete(self, thing: Thing) -> Answer:
        operation = thing.deletion
        ids = {"appId": thing.app_id, thing.parameter: thing.id}
        body = {thing.parameter: thing.id} if operation.body.kind else None
        # Keys of apps that the run created are known to their sites only.
        own = thing.app_id == self.app_id and operation.scope is not Scope.ACCOUNT
        auth = self.authorization if own else self.run.account or self.authorization
        return self.run.caller.send(operation.method, path_of(operation, ids), auth, body=body)


def path_of(operation: AnyOperation, ids: dict[str, str]) -> str:
    """The path of an operation with these ids in it. Parameters without an id get MISSING."""
    return _PARAMETER.sub(lambda found: quote(ids.get(found[1], MISSING), safe=""), operation.path)


def check_form(operation: AnyOperation, answer: Answer) -> None:
    """Fail unless the body of a response has the documented form."""
    if operation.response.kind is None:
        return
    try:
        msgspec.json.decode(answer.content, type=operation.response.kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Failure(
            f"the documented form of the response of {operation.name}", f"{error}: {answer.summary()}"
        ) from None


def is_loopback(host: str) -> bool:
    """Whether a host of a URL is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
