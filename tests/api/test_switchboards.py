"""Switchboards: one for each app, its default, and the default responders of channels."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.api.event_records import event_types
from tests.api.handover import Board
from tests.harness import Caller, error_of, new_app, titles_of

NOT_FOUND = (404, "switchboard_not_found", "Switchboard not found")
MEMBER_NOT_FOUND = (404, "switchboard_integration_not_found", "SwitchboardIntegration not found")
FORBIDDEN = (403, "forbidden", "Forbidden")


def test_an_app_has_one_switchboard(api: Caller) -> None:
    assert api.ok("GET", "/switchboards") == {"switchboards": []}
    with ThreadPoolExecutor(8) as pool:
        # A request body is ignored.
        answers = list(
            pool.map(lambda number: api("POST", "/switchboards", {"enabled": 1} if number else None), range(8))
        )
    (created,) = [answer.json()["switchboard"] for answer in answers if answer.status_code == 201]
    assert created == {"id": created["id"], "enabled": False}
    refused = {error_of(answer) for answer in answers if answer.status_code != 201}
    assert refused == {(400, "bad_request", "Only one switchboard can be created per app")}
    assert api.ok("GET", "/switchboards") == {"switchboards": [created]}
    assert api.ok("DELETE", f"/switchboards/{created['id']}") == {}
    assert api.ok("GET", "/switchboards") == {"switchboards": []}
    again = api.ok("POST", "/switchboards", headers={"content-type": "application/json"})["switchboard"]
    assert again["id"] > created["id"]
    assert event_types(api) == []


def test_enabling_and_defaults(api: Caller) -> None:
    board = Board(api)
    enabled = api.ok("GET", "/switchboards")["switchboards"][0]
    assert enabled == {"id": board.id, "enabled": True, "defaultSwitchboardIntegrationId": board.members["bot"]}
    unchanged: list[dict[str, Any]] = [
        {}, {"enabled": None}, {"defaultSwitchboardIntegrationId": None}, {"enabled": True}, {"unknown": 1},
    ]  # fmt: skip
    for body in unchanged:
        assert api.ok("PATCH", board.path, body) == {"switchboard": enabled}
    for unknown in ("", board.id, board.integrations["bot"], "no id"):
        body = {"enabled": False, "defaultSwitchboardIntegrationId": unknown}
        assert error_of(api("PATCH", board.path, body)) == MEMBER_NOT_FOUND
    assert api.ok("GET", "/switchboards")["switchboards"] == [enabled]
    for wrong in ({"enabled": "yes"}, {"defaultSwitchboardIntegrationId": 1}, {"enabled": 0}):
        assert len(titles_of(api("PATCH", board.path, wrong))) == 1
    body = {"enabled": False, "defaultSwitchboardIntegrationId": board.members["util"]}
    changed = {"id": board.id, **body}
    assert api.ok("PATCH", board.path, body) == {"switchboard": changed}
    assert api.ok("DELETE", board.path) == {}
    path = f"/switchboards/{api.ok('POST', '/switchboards')['switchboard']['id']}"
    needs_default = "Enabled switchboard must have an associated default switchboardIntegration"
    for body in ({"enabled": True}, {"enabled": True, "defaultSwitchboardIntegrationId": None}):
        assert error_of(api("PATCH", path, body)) == (404, "switchboard_integration_not_found", needs_default)
    # The switchboard integrations were deleted with their switchboard, but their integrations were not.
    gone = {"defaultSwitchboardIntegrationId": board.members["util"]}
    assert error_of(api("PATCH", path, gone)) == MEMBER_NOT_FOUND
    assert api.ok("GET", f"{path}/switchboardIntegrations") == {"switchboardIntegrations": []}
    assert api.ok("GET", f"/integrations/{board.integrations['util']}")["integration"]["status"] == "active"


def test_unknown_switchboards_and_the_keys_of_integrations(api: Caller, account: Caller) -> None:
    board, other = Board(api), new_app(account)
    member = f"/switchboardIntegrations/{board.members['util']}"
    link = {"name": "new", "integrationId": board.integrations["crm"]}
    calls: list[tuple[str, str, Any]] = [
        ("PATCH", "", {}), ("DELETE", "", None), ("GET", "/switchboardIntegrations", None),
        ("POST", "/switchboardIntegrations", link), ("PATCH", member, {}), ("DELETE", member, None),
    ]  # fmt: skip
    other.ok("POST", "/switchboards")
    for method, path, body in calls:
        for unknown in ("0" * 24, board.members["bot"], "no%20id", "%00"):
            assert error_of(api(method, f"/switchboards/{unknown}{path}", body)) == NOT_FOUND, (method, path)
        assert error_of(other(method, f"{board.path}{path}", body)) == NOT_FOUND
        assert error_of(board.callers["bot"](method, f"{board.path}{path}", body)) == FORBIDDEN
    for method in ("GET", "POST"):
        assert error_of(board.callers["bot"](method, "/switchboards")) == FORBIDDEN
    for method, body in (("PATCH", {}), ("DELETE", None)):
        for unknown in ("0" * 24, board.id, board.integrations["bot"], "no%20id", "%00"):
            answer = api(method, f"{board.path}/switchboardIntegrations/{unknown}", body)
            assert error_of(answer) == MEMBER_NOT_FOUND


def test_default_responders(api: Caller) -> None:
    web = {"type": "web"}
    assert error_of(api("POST", "/integrations", {**web, "defaultResponderId": "0" * 24})) == MEMBER_NOT_FOUND
    created = api.ok("POST", "/integrations", {**web, "defaultResponderId": None})["integration"]
    assert created.keys().isdisjoint({"defaultResponder", "defaultResponderId"})
    path = f"/integrations/{created['id']}"
    board = Board(api)
    board.change("human", messageHistoryCount=3)

    def responder() -> Any:
        shown = api.ok("GET", path)["integration"]
        listed = api.ok("GET", "/integrations", params={"filter[types]": "web"})["integrations"]
        assert listed == [shown]
        assert "defaultResponderId" not in shown
        return shown.get("defaultResponder")

    def expected(name: str, **fields: Any) -> Any:
        link = {"integrationId": board.integrations[name], "integrationType": "custom"}
        return {"name": name, **link, "deliverStandbyEvents": False, **fields}

    inherited = expected("bot", nextSwitchboardIntegrationId=board.members["human"], inherited=True)
    assert responder() == inherited
    human = {"nextSwitchboardIntegrationId": board.members["bot"], "messageHistoryCount": 3, "inherited": False}
    for body in ({"defaultResponderId": board.members["human"]}, {"displayName": "Web"}):
        assert api.ok("PATCH", path, body)["integration"]["defaultResponder"] == expected("human", **human)
    assert responder() == expected("human", **human)
    assert error_of(api("PATCH", path, {"defaultResponderId": board.id})) == MEMBER_NOT_FOUND
    assert responder() == expected("human", **human)
    assert "defaultResponder" not in api.ok("GET", f"/integrations/{board.integrations['bot']}")["integration"]
    board.set(enabled=False)
    assert responder() == expected("human", **human)
    assert api.ok("PATCH", path, {"defaultResponderId": None})["integration"]["defaultResponder"] == inherited
    # If the chosen responder is deleted, the default of the switchboard is inherited again.
    api.ok("PATCH", path, {"defaultResponderId": board.members["human"]})
    board.change("bot", nextSwitchboardIntegrationId=None)
    board.remove("human")
    assert responder() == expected("bot", inherited=True)
    assert api.ok("PATCH", path, {"displayName": None})["integration"]["defaultResponder"] == responder()
    api.ok("DELETE", board.path)
    assert responder() is None
    created = api.ok("POST", "/integrations", web)["integration"]
    assert "defaultResponder" not in created
