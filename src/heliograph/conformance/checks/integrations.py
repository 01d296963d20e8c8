"""Rules about integrations."""

from __future__ import annotations

from typing import Any

from heliograph.conformance.check import RuleSource, rule
from heliograph.conformance.end_users import EndUser
from heliograph.conformance.links import associations, clients_of, linked
from heliograph.conformance.outcomes import Need, NotRun, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.conformance.switchboards import Board
from heliograph.wire.table.v2.integrations import (
    CREATE_CUSTOM_INTEGRATION_KEY,
    CREATE_INTEGRATION,
    DELETE_INTEGRATION,
    GET_INTEGRATION,
    LIST_INTEGRATIONS,
    LIST_SWITCHBOARD_INTEGRATIONS,
    LIST_WEBHOOKS,
    UPDATE_INTEGRATION,
)
from heliograph.wire.table.v2.users import GET_DEVICE

CHANNEL = {"type": "twilio", "accountSid": "sid", "authToken": "the-token", "phoneNumberSid": "number"}
KEYS_PER_INTEGRATION = 10


def create(site: Site, **body: Any) -> Any:
    """Create an integration; returns it."""
    return site.ok(CREATE_INTEGRATION, {"displayName": site.name(), **body})["integration"]


@rule("integrations.1", "Integrations of the types custom, web, ios, android and unity can be created.")
def types(site: Site) -> None:
    for kind in ("web", "ios", "android", "unity"):
        equal(create(site, type=kind)["type"], kind, "type")
    equal(site.integration()["type"], "custom", "type")
    site.call(CREATE_INTEGRATION, {"type": "nothing"}).refused(400, "bad_request")
    if site.channel is None:
        site.call(CREATE_INTEGRATION, CHANNEL).refused(400, "bad_request", "Invalid integration type")


@rule("integrations.2", "Push credentials of SDK integrations are accepted.")
def push_credentials(site: Site) -> None:
    shown = create(site, type="ios", certificate="Y2VydA==", password="p", production=True)
    holds("certificate" not in shown and "password" not in shown, "neither certificate nor password", sorted(shown))


@rule("integrations.3", "An unknown type in filter[types] is 400.")
def unknown_types(site: Site) -> None:
    answer = site.call(LIST_INTEGRATIONS, params={"filter[types]": "custom,nothing"})
    answer.refused(400, "bad_request", "Invalid query parameters")


@rule(
    "integrations.5",
    "A custom integration has up to 10 keys.",
    source=RuleSource("section Custom Integration API Keys"),
)
def keys_of_an_integration(site: Site) -> None:
    own, body = {"integrationId": site.bare_integration()}, {"displayName": site.name()}
    for _ in range(KEYS_PER_INTEGRATION):
        site.ok(CREATE_CUSTOM_INTEGRATION_KEY, body, **own)
    site.call(CREATE_CUSTOM_INTEGRATION_KEY, body, **own).refused(400, "bad_request")


@rule("integrations.6", "The key of an integration sees the webhooks of its own integration only.")
def keys_see_their_own(site: Site) -> None:
    made = site.integration()
    key = site.integration_key(made["id"])
    for named in (made["id"], "me"):
        listed = site.ok(LIST_WEBHOOKS, integrationId=named, auth=key)["webhooks"]
        equal([one["id"] for one in listed], [made["webhooks"][0]["id"]], "the webhooks")
    for other in (site.bot, MISSING):
        site.call(LIST_WEBHOOKS, integrationId=other, auth=key).refused(403, "forbidden")
    site.call(LIST_WEBHOOKS, integrationId="me").refused(404)
    site.ok(DELETE_INTEGRATION, integrationId=made["id"])


@rule("integrations.7", "defaultResponderId names a switchboard integration, which defaultResponder shows.",
      Need.CHANNEL, Need.SWITCHBOARD)  # fmt: skip
def default_responders(site: Site) -> None:
    board = Board(site.apart)
    if board.site.channel is None:
        raise NotRun(f"needs {Need.CHANNEL.value}")
    own = {"integrationId": board.site.channel}
    unknown = board.site.call(UPDATE_INTEGRATION, {"defaultResponderId": MISSING}, **own)
    unknown.refused(404, "switchboard_integration_not_found")
    for responder, name, inherited in ((board.members["human"], "human", False), (None, "bot", True)):
        body = {"defaultResponderId": responder}
        shown = board.site.ok(UPDATE_INTEGRATION, body, **own)["integration"]["defaultResponder"]
        equal((shown.get("name"), shown.get("inherited")), (name, inherited), "name and inherited")


@rule("integrations.8", "DeleteIntegration deletes the switchboard integration, unless it is needed.", Need.SWITCHBOARD)
def integrations_of_a_switchboard(site: Site) -> None:
    board = Board(site.apart)
    board.site.call(DELETE_INTEGRATION, integrationId=site.apart.bot).refused(400, "bad_request")
    other = board.site.bare_integration()
    board.add("other", integrationId=other)
    board.site.ok(DELETE_INTEGRATION, integrationId=other)
    members = board.site.ok(LIST_SWITCHBOARD_INTEGRATIONS, switchboardId=board.id)["switchboardIntegrations"]
    equal(sorted(one["name"] for one in members), ["bot", "human"], "the names in the switchboard")


@rule("integrations.9", "Integrations of undocumented types are not listed, and can be deleted.", Need.CHANNEL,
      Need.SWITCHBOARD)  # fmt: skip
def unlisted_integrations(site: Site) -> None:
    board = Board(site.apart)
    own = {"integrationId": board.add("agents", integrationType="zd:agentWorkspace")["integrationId"]}
    board.site.run.created.add(board.site.app_id, DELETE_INTEGRATION, "integrationId", own["integrationId"])
    listed = board.site.ok(LIST_INTEGRATIONS, params={"page[size]": "100"})["integrations"]
    holds(own["integrationId"] not in {one["id"] for one in listed}, "a list without the integration", len(listed))
    board.site.call(GET_INTEGRATION, **own).refused(404, "integration_not_found")
    board.site.ok(DELETE_INTEGRATION, **own)


@rule("integrations.10", "No response shows the credentials of a channel.", Need.CHANNEL)
def credentials_of_channels(site: Site) -> None:
    made = create(site, **CHANNEL)
    shown = site.call(GET_INTEGRATION, integrationId=made["id"]).expect(200)
    holds("the-token" not in shown.text, "no authToken", sorted(made))
    site.call(CREATE_INTEGRATION, {"type": "twilio"}).refused(400, "bad_request")


@rule("integrations.11", "DeleteIntegration makes its clients inactive.", Need.CHANNEL)
def clients_of_a_deleted_integration(site: Site) -> None:
    own = create(site, **CHANNEL)["id"]
    link = linked(site, integrationId=own)
    site.ok(DELETE_INTEGRATION, integrationId=own)
    equal([one["status"] for one in clients_of(site, link.user)], ["inactive"], "the status of the client")
    equal(associations(site, link.conversation), [], "the client associations")


@rule("integrations.11.devices", "DeleteIntegration makes its devices inactive.", Need.EXTENSIONS)
def devices_of_a_deleted_integration(site: Site) -> None:
    person, own = EndUser(site), create(site, type="web")["id"]
    device = person.register("other", integrationId=own)["id"]
    site.ok(DELETE_INTEGRATION, integrationId=own)
    shown = site.ok(GET_DEVICE, userIdOrExternalId=person.id, deviceId=device)["device"]
    equal(shown["status"], "inactive", "the status of the device")


@rule("integrations.12", "SDK integrations show attachmentsEnabled: true.")
def attachments_enabled(site: Site) -> None:
    equal(create(site, type="web").get("attachmentsEnabled"), True, "attachmentsEnabled")
