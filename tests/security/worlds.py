"""An app with data of every kind, and a snapshot of everything that can be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from heliograph.wire.operations import AnyOperation
from tests.api.end_users import EndUser
from tests.api.linking import Links
from tests.harness import Caller, new_app
from tests.security.calls import call, path_of

SHARED = "ada"
"""The external id of a user that every world has."""
GUID = "browser"
"""The guid of the device in every world."""


@dataclass
class World:
    """An app, and the ids of its objects. The names of users and participants are `ada`, `lone` and `quiet`."""

    api: Caller
    """Calls with the app's own key."""
    owner: Caller
    """Calls in the same app with the key of the account."""
    lone_external_id: str
    users: dict[str, str] = field(default_factory=dict)
    participants: dict[str, str] = field(default_factory=dict)
    clients: dict[str, str] = field(default_factory=dict)
    group: str = ""
    personal: str = ""
    messages: list[str] = field(default_factory=list)
    """The messages in the group: one by ada, then one by the business."""
    site: str = ""
    """A web integration."""
    device: str = ""
    """The device of ada on the site."""
    answer: str = ""
    """A message of the business in the personal conversation."""
    key_id: str = ""
    integration: str = ""
    integration_key_id: str = ""
    webhook: str = ""
    switchboard: str = ""
    switchboard_integration: str = ""
    """The switchboard integration of `integration`, which is not the default of the switchboard."""
    channel: str = ""
    """A Twilio stand-in, whose client `linked` of ada is linked to the personal conversation."""
    media_url: str = ""
    """The URL of an attachment."""
    zendesk_id: str = ""
    """The id of a Support user, to whom `quiet` is linked."""
    email: str = ""
    """An email identity of `quiet`."""

    @property
    def app_id(self) -> str:
        """The id of the app."""
        return self.api.app_id

    def ids(self, **others: str) -> dict[str, str]:
        """The values of all path parameters, for objects of this world."""
        mine = {
            "appId": self.app_id,
            "conversationId": self.group,
            "userIdOrExternalId": self.users["ada"],
            "clientId": self.clients["ada"],
            "deviceId": self.device,
            "guid": GUID,
            "keyId": self.key_id,
            "messageId": self.messages[0],
            "integrationId": self.integration,
            "webhookId": self.webhook,
            "switchboardId": self.switchboard,
            "switchboardIntegrationId": self.switchboard_integration,
            "zendeskId": self.zendesk_id,
        }
        return {**mine, **others}

    def ids_for(self, operation: AnyOperation) -> dict[str, str]:
        """The values of all path parameters, for objects with which the operation can succeed."""
        if "/integrations/" in operation.path:
            return self.ids(keyId=self.integration_key_id)
        if operation.name in ("RemoveClient", "SetClientOutcome"):
            return self.ids(clientId=self.clients["linked"])
        if operation.name == "ReportMessageOutcome":
            return self.ids(conversationId=self.personal, messageId=self.answer)
        return self.ids()

    def path(self, operation: AnyOperation) -> str:
        """The path of the operation for objects with which it can succeed."""
        return path_of(operation, **self.ids_for(operation))


def new_world(account: Caller, name: str) -> World:
    """Create an app with data of every kind."""
    api = new_app(account, name)
    world = World(api, Caller(account.url, account.auth, api.app_id, account.http), f"{name} alone")
    world.users = {
        "ada": api.new_user(SHARED, profile={"givenName": f"Ada of {name}"}, metadata={"of": name}),
        "lone": api.new_user(world.lone_external_id),
        "quiet": api.new_user(),
    }
    world.zendesk_id, world.email = f"{name}-77", f"{name}@example.org"
    login = {"zendeskId": world.zendesk_id, "email": world.email}
    for made in (
        call(api, "LoginUser", login, userIdOrExternalId=world.users["quiet"]),
        call(api, "PutSupportUser", {"givenName": f"Quiet of {name}"}, zendeskId=world.zendesk_id),
    ):
        assert made.is_success, made.text
    world.group = api.new_group(displayName=f"Group of {name}", metadata={"of": name})
    for user, user_id in world.users.items():
        joined = api.join(world.group, user_id, subscribe=user != "quiet")
        world.participants[user] = joined["id"]
        if joined["clientAssociations"]:
            world.clients[user] = joined["clientAssociations"][0]["clientId"]
    members = [{"userId": world.users["ada"]}]
    world.personal = api.ok("POST", "/conversations", {"type": "personal", "participants": members})["conversation"][
        "id"
    ]
    world.messages = [api.say(world.group, f"Hello {name}", userExternalId=SHARED)["id"], api.say(world.group)["id"]]
    links = Links(api, world.users["ada"], world.personal)
    world.channel, world.clients["linked"] = links.new("immediate")
    world.answer = api.say(world.personal)["id"]
    hook = {"target": f"https://example.invalid/{name}", "triggers": ["conversation:typing"]}
    made = api.ok("POST", "/integrations", {"type": "custom", "displayName": f"Of {name}", "webhooks": [hook]})
    world.integration, world.webhook = made["integration"]["id"], made["integration"]["webhooks"][0]["id"]
    keys = f"/integrations/{world.integration}/keys"
    world.integration_key_id = api.ok("POST", keys, {"displayName": "Spare"})["key"]["id"]
    ada = EndUser(api, world.users["ada"])
    world.site, world.device = ada.integration_id, ada.register(GUID)["id"]
    _add_switchboard(world)
    picture = {"source": ("lamp.png", b"\x89PNG\r\n\x1a\n" + name.encode())}
    uploaded = api.ok("POST", "/attachments", params={"access": "public"}, files=picture)
    world.media_url = uploaded["attachment"]["mediaUrl"]
    world.key_id = call(world.owner, "CreateAppKey", {"displayName": "Spare"}).json()["key"]["id"]
    return world


def _add_switchboard(world: World) -> None:
    """Add a switchboard. It is enabled after the conversations are created, so that it controls none of them."""
    api = world.api
    hook = {"target": "https://example.invalid/default", "triggers": ["client:remove"]}
    default = api.ok("POST", "/integrations", {"type": "custom", "webhooks": [hook]})["integration"]["id"]
    world.switchboard = api.ok("POST", "/switchboards")["switchboard"]["id"]
    path = f"/switchboards/{world.switchboard}"
    members = {
        name: api.ok("POST", f"{path}/switchboardIntegrations", {"name": name, "integrationId": integration})
        for name, integration in (("default", default), ("other", world.integration))
    }
    ids = {name: one["switchboardIntegration"]["id"] for name, one in members.items()}
    world.switchboard_integration = ids["other"]
    api.ok("PATCH", path, {"enabled": True, "defaultSwitchboardIntegrationId": ids["default"]})


def snapshot(world: World) -> dict[str, Any]:
    """Everything that can be read in a world. A refused read is recorded as its status code."""
    seen: dict[str, Any] = {}

    def look(name: str, params: dict[str, str] | None = None, **ids: str) -> None:
        answer = call(world.owner, name, params=params, **ids)
        seen[f"{name} {ids} {params}"] = answer.json() if answer.is_success else answer.status_code

    look("GetApp")
    look("ListAppKeys")
    look("ListIntegrations")
    look("ListSwitchboards")
    look("ListSwitchboardIntegrations", switchboardId=world.switchboard)
    look("GetSupportUser", zendeskId=world.zendesk_id)
    look("ListUsers", {"filter[identities.email]": world.email})
    look("ListCustomIntegrationKeys", integrationId=world.integration)
    for user_id in (*world.users.values(), SHARED, world.lone_external_id):
        look("GetUser", userIdOrExternalId=user_id)
        look("ListClients", userIdOrExternalId=user_id)
        look("ListDevices", userIdOrExternalId=user_id)
    for user_id in world.users.values():
        look("ListConversations", {"filter[userId]": user_id})
    for conversation_id in (world.group, world.personal):
        look("GetConversation", conversationId=conversation_id)
        look("ListParticipants", conversationId=conversation_id)
        look("ListMessages", conversationId=conversation_id)
    answer = world.api.http.get(world.media_url)
    seen["attachment"] = {"file": answer.content} if answer.is_success else answer.status_code
    look("ListOutbound")
    return seen
