"""Rules about switchboards."""

from __future__ import annotations

from heliograph.conformance.check import RuleSource, rule
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import MISSING, Site
from heliograph.conformance.switchboards import Board
from heliograph.wire.table.v2.integrations import (
    CREATE_SWITCHBOARD,
    CREATE_SWITCHBOARD_INTEGRATION,
    DELETE_INTEGRATION,
    DELETE_SWITCHBOARD_INTEGRATION,
    GET_INTEGRATION,
)

NOT_FOUND = (404, "switchboard_integration_not_found")
INTEGRATIONS_PER_SWITCHBOARD = 10


@rule("switchboards.1", "An app has one switchboard, which is disabled at first.", Need.SWITCHBOARD,
      source=RuleSource(CREATE_SWITCHBOARD.name))  # fmt: skip
def one_switchboard(site: Site) -> None:
    Board(site.apart).remove()
    made = site.apart.ok(CREATE_SWITCHBOARD)["switchboard"]
    equal(made, {"id": made["id"], "enabled": False}, "a new switchboard")
    site.apart.call(CREATE_SWITCHBOARD).refused(400, "bad_request")


@rule("switchboards.2", "A switchboard without a default cannot be enabled.", Need.SWITCHBOARD)
def enabling(site: Site) -> None:
    board = Board(site.apart)
    board.try_set(defaultSwitchboardIntegrationId=MISSING).refused(*NOT_FOUND)
    shown = board.set(enabled=None, defaultSwitchboardIntegrationId=None)
    equal(shown["defaultSwitchboardIntegrationId"], board.members["bot"], "the default after null")
    board.remove()
    board.id = site.apart.ok(CREATE_SWITCHBOARD)["switchboard"]["id"]
    board.try_set(enabled=True).refused(*NOT_FOUND)


@rule("switchboards.3", "DeleteSwitchboard keeps the integrations.", Need.SWITCHBOARD)
def deletion(site: Site) -> None:
    board = Board(site.apart)
    board.remove()
    for one in board.integrations.values():
        equal(board.site.ok(GET_INTEGRATION, integrationId=one)["integration"]["id"], one, "the integration")


@rule("switchboards.4", "The name of a switchboard integration is unique, and not next.", Need.SWITCHBOARD)
def names(site: Site) -> None:
    board = Board(site.apart)
    other = board.site.bare_integration()
    for name in ("bot", "next", "with space"):
        board.try_add(name, integrationId=other).refused(400, "bad_request")


@rule("switchboards.5", "A switchboard has up to 10 switchboard integrations, each integration once.", Need.SWITCHBOARD,
      source=RuleSource(CREATE_SWITCHBOARD_INTEGRATION.name))  # fmt: skip
def limit(site: Site) -> None:
    board = Board(site.apart)
    board.try_add("again", integrationId=board.integrations["bot"]).refused(400, "bad_request")
    for number in range(2, INTEGRATIONS_PER_SWITCHBOARD):
        board.add(f"other{number}", integrationId=board.site.bare_integration())
    answer = board.try_add("eleventh", integrationId=board.site.bare_integration())
    answer.refused(400, "too_many_switchboard_integrations")


@rule("switchboards.6", "integrationId names a custom integration, integrationType another type.", Need.SWITCHBOARD)
def kinds_of_integrations(site: Site) -> None:
    board = Board(site.apart)
    board.try_add("web", integrationId=board.site.web).refused(400, "bad_request")
    board.try_add("type", integrationType="custom").refused(400, "bad_request")
    board.try_add("none").refused(400, "bad_request")
    board.try_add("unknown", integrationType="conformance-unknown").refused(404, "integration_not_found")


@rule("switchboards.7", "Types such as zd:agentWorkspace can be named.", Need.SWITCHBOARD, Need.CHANNEL)
def stand_ins(site: Site) -> None:
    board = Board(site.apart)
    made = board.add("agents", integrationType="zd:agentWorkspace")
    board.site.run.created.add(board.site.app_id, DELETE_INTEGRATION, "integrationId", made["integrationId"])
    equal(made["integrationType"], "zd:agentWorkspace", "integrationType")


@rule("switchboards.8", "deliverStandbyEvents is true by default; null clears the next integration.", Need.SWITCHBOARD)
def fields(site: Site) -> None:
    board = Board(site.apart)
    made = board.add("other", integrationId=board.site.bare_integration(), messageHistoryCount=5)
    equal((made["deliverStandbyEvents"], made.get("messageHistoryCount")), (True, 5), "two fields")
    changed = board.change("bot", nextSwitchboardIntegrationId=None)
    holds("nextSwitchboardIntegrationId" not in changed, "no next integration after null", changed)
    board.try_change("bot", nextSwitchboardIntegrationId=MISSING).refused(*NOT_FOUND)


@rule("switchboards.9", "The default cannot be deleted, nor the next integration of another one.", Need.SWITCHBOARD)
def needed_integrations(site: Site) -> None:
    board = Board(site.apart)
    for name in ("bot", "human"):
        named = {"switchboardId": board.id, "switchboardIntegrationId": board.members[name]}
        board.site.call(DELETE_SWITCHBOARD_INTEGRATION, **named).refused(400, "bad_request")
