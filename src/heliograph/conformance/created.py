"""What a run created, so that it can be deleted at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from heliograph.conformance.caller import Answer, NoResponse
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table.extensions.end_users import DELETE_SUPPORT_USER, PUT_SUPPORT_USER
from heliograph.wire.table.extensions.oauth import CREATE_OAUTH_CLIENT, DELETE_OAUTH_CLIENT
from heliograph.wire.table.v2.apps import (
    CREATE_APP,
    CREATE_APP_KEY,
    DELETE_APP,
    DELETE_APP_KEY,
    DELETE_ATTACHMENT,
    UPLOAD_ATTACHMENT,
)
from heliograph.wire.table.v2.conversations import CREATE_CONVERSATION, DELETE_CONVERSATION
from heliograph.wire.table.v2.integrations import (
    CREATE_INTEGRATION,
    CREATE_SWITCHBOARD,
    DELETE_INTEGRATION,
    DELETE_SWITCHBOARD,
)
from heliograph.wire.table.v2.users import CREATE_USER, DELETE_USER

GROUP = "sdkGroup"


class Thing(NamedTuple):
    """A thing that was created, and the operation that deletes it."""

    app_id: str
    deletion: AnyOperation
    parameter: str
    """The parameter of the path that names the thing, or the field of the body."""
    id: str

    def __str__(self) -> str:
        return f"{self.parameter} {self.id}"


class _Kind(NamedTuple):
    deletion: AnyOperation
    parameter: str
    where: tuple[str, str]
    """The object in the response, and its id."""


# Messages, participants, clients, devices, keys of integrations and webhooks are deleted with what contains them.
_CREATIONS: dict[AnyOperation, _Kind] = {
    CREATE_APP: _Kind(DELETE_APP, "appId", ("app", "id")),
    CREATE_APP_KEY: _Kind(DELETE_APP_KEY, "keyId", ("key", "id")),
    CREATE_SWITCHBOARD: _Kind(DELETE_SWITCHBOARD, "switchboardId", ("switchboard", "id")),
    UPLOAD_ATTACHMENT: _Kind(DELETE_ATTACHMENT, "mediaUrl", ("attachment", "mediaUrl")),
    CREATE_CONVERSATION: _Kind(DELETE_CONVERSATION, "conversationId", ("conversation", "id")),
    CREATE_INTEGRATION: _Kind(DELETE_INTEGRATION, "integrationId", ("integration", "id")),
    CREATE_OAUTH_CLIENT: _Kind(DELETE_OAUTH_CLIENT, "oauthClientId", ("oauthClient", "clientId")),
    PUT_SUPPORT_USER: _Kind(DELETE_SUPPORT_USER, "zendeskId", ("supportUser", "zendeskId")),
    CREATE_USER: _Kind(DELETE_USER, "userIdOrExternalId", ("user", "id")),
}
# An app is deleted with everything in it, and an integration cannot be deleted while a switchboard needs it.
_ORDER = [kind.deletion for kind in _CREATIONS.values()]
_GONE = (404,)


class Created:
    """The things that a run has created and not deleted yet."""

    def __init__(self) -> None:
        self._things: dict[Thing, None] = {}

    def note(self, operation: AnyOperation, app_id: str, answer: Answer, ids: dict[str, str], body: Any) -> None:
        """Remember what a successful call of an operation created, and forget what it deleted."""
        if kind := _CREATIONS.get(operation):
            found = answer.json.get(kind.where[0])
            # A personal conversation is deleted with its user.
            personal = operation is CREATE_CONVERSATION and isinstance(found, dict) and found.get("type") != GROUP
            if isinstance(found, dict) and isinstance(found.get(kind.where[1]), str) and not personal:
                self.add(app_id, kind.deletion, kind.parameter, found[kind.where[1]])
            return
        for kind in _CREATIONS.values():
            if kind.deletion is operation:
                named = ids.get(kind.parameter) or (body or {}).get(kind.parameter)
                owner = "" if operation is DELETE_APP else app_id
                self._things.pop(Thing(owner, operation, kind.parameter, str(named)), None)

    def add(self, app_id: str, deletion: AnyOperation, parameter: str, id: str) -> None:
        """Remember a thing."""
        owner = "" if deletion is DELETE_APP else app_id
        self._things[Thing(owner, deletion, parameter, id)] = None

    def ids(self, deletion: AnyOperation, app_id: str) -> list[str]:
        """The ids of the things in an app that an operation deletes."""
        return [one.id for one in self._things if (one.deletion, one.app_id) == (deletion, app_id)]

    def delete_all(self, delete: Callable[[Thing], Answer]) -> list[str]:
        """Delete everything with `delete`; returns a line for each thing that remains."""
        failed: list[str] = []
        apps: set[str] = set()
        silent = False
        for thing in sorted(self._things, key=lambda one: _ORDER.index(one.deletion)):
            if thing.app_id in apps:
                continue
            try:
                # Every further request might wait until its timeout.
                failure = "the server has stopped responding" if silent else _failure(delete(thing))
            except NoResponse as error:
                failure, silent = str(error), True
            if failure:
                failed.append(f"{thing}: {failure}")
            elif thing.deletion is DELETE_APP:
                apps.add(thing.id)
        return failed


def _failure(answer: Answer) -> str:
    """Why a deletion has failed; empty if the thing is gone."""
    return "" if answer.status < 300 or answer.status in _GONE else answer.summary()
