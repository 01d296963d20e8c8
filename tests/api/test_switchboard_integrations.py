"""Switchboard integrations: their fields, their links, limits, and stand-ins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from heliograph.domain import stand_ins
from heliograph.settings import Settings
from tests.api.handover import HOOK, Board
from tests.harness import Caller, error_of, new_app, titles_of
from tests.unit.integrations import INTEGRATIONS

INTEGRATION_NOT_FOUND = (404, "integration_not_found", "Integration not found")
MEMBER_NOT_FOUND = (404, "switchboard_integration_not_found", "SwitchboardIntegration not found")
NAME_TAKEN = ["SwitchboardIntegration name must be unique in the switchboard"]
LINKED = ["Integration is in the switchboard already"]
NOT_LINKABLE = ["Only custom and OAuth integrations can be linked to a switchboard"]
IS_DEFAULT = ["SwitchboardIntegration is the default of the switchboard"]
IS_NEXT = ["SwitchboardIntegration is the next one of another"]
TOO_MANY = (
    400, "too_many_switchboard_integrations", "Switchboard has reached the max number of switchboard integrations (10)",
)  # fmt: skip
STAND_INS = ("zd:agentWorkspace", "zd:answerBot", "ultimate")


def new_integration(api: Caller, **fields: Any) -> str:
    """Create an integration, by default a custom one; returns the id."""
    created = api.ok("POST", "/integrations", fields or {"type": "custom", "webhooks": [HOOK]})["integration"]
    id: str = created["id"]
    for webhook in created.get("webhooks", []):
        api.ok("DELETE", f"/integrations/{id}/webhooks/{webhook['id']}")  # an app can have 10 webhooks
    return id


def listed(board: Board) -> list[Any]:
    """The integrations of the switchboard."""
    found: list[Any] = board.api.ok("GET", f"{board.path}/switchboardIntegrations")["switchboardIntegrations"]
    return found


def test_fields_and_defaults(api: Caller) -> None:
    board = Board(api)
    link = {"name": "x" * 128, "integrationId": board.integrations["crm"]}
    path = f"{board.path}/switchboardIntegrations"
    created = api.ok("POST", path, {**link, "integrationType": None, "nextSwitchboardIntegrationId": None,
                                 "messageHistoryCount": None, "deliverStandbyEvents": None})  # fmt: skip
    member = created["switchboardIntegration"]
    assert member == {**link, "id": member["id"], "integrationType": "custom", "deliverStandbyEvents": True}
    assert [one["name"] for one in listed(board)] == ["bot", "human", "util", "x" * 128]
    own = f"{path}/{member['id']}"
    full = {
        "name": "Aa_-9", "integrationId": new_integration(api), "deliverStandbyEvents": False,
        "nextSwitchboardIntegrationId": board.members["bot"], "messageHistoryCount": 10,
    }  # fmt: skip
    changed = {"id": member["id"], "integrationType": "custom", **full}
    assert api.ok("PATCH", own, full) == {"switchboardIntegration": changed}
    unchanged: list[dict[str, Any]] = [
        {}, {"name": None, "integrationId": None, "integrationType": None, "deliverStandbyEvents": None},
        {"name": "Aa_-9"}, {"integrationId": full["integrationId"]},
    ]  # fmt: skip
    for body in unchanged:
        assert api.ok("PATCH", own, body) == {"switchboardIntegration": changed}
    cleared = {"nextSwitchboardIntegrationId": None, "messageHistoryCount": None}
    for name in cleared:
        del changed[name]
    assert api.ok("PATCH", own, cleared) == {"switchboardIntegration": changed}
    assert listed(board)[-1] == changed
    assert api.ok("DELETE", own) == {}
    assert len(listed(board)) == 3


def test_invalid_fields(api: Caller) -> None:
    board = Board(api)
    path = f"{board.path}/switchboardIntegrations"
    before = listed(board)
    link = {"integrationId": board.integrations["crm"]}
    for name in ("", "x" * 129, "a b", "é", "a\n", "a.b", 1, "next"):
        assert len(titles_of(api("POST", path, {"name": name, **link}))) == 1, name
        assert len(titles_of(api("PATCH", f"{path}/{board.members['util']}", {"name": name}))) == 1, name
    for count in (0, 11, 1.5, "1"):
        for method, where, more in (("POST", path, {"name": "new", **link}), ("PATCH", f"{path}/0", {})):
            assert len(titles_of(api(method, where, {**more, "messageHistoryCount": count}))) == 1
    both = {**link, "integrationType": "ultimate"}
    for body in ({"name": "new"}, {"name": "new", **both}, {"name": None, **link}, link):
        assert titles_of(api("POST", path, body))
    assert titles_of(api("PATCH", f"{path}/{board.members['util']}", both))
    assert listed(board) == before


def test_precedence_of_errors(api: Caller) -> None:
    """Each request breaks a rule and all later rules."""
    board = Board(api)
    path, util = (
        f"{board.path}/switchboardIntegrations",
        f"{board.path}/switchboardIntegrations/{board.members['util']}",
    )
    web = new_integration(api, type="web")
    last = {"nextSwitchboardIntegrationId": "0" * 24}
    for _ in range(7):
        api.ok("POST", path, {"name": f"more{_}", "integrationId": new_integration(api)})
    reserved = {"name": "next", "integrationId": web, **last}
    assert "next" in titles_of(api("POST", "/switchboards/0/switchboardIntegrations", reserved))[0]
    assert titles_of(api("POST", path, {"name": "bot", "integrationId": web, **last})) == NAME_TAKEN
    assert error_of(api("POST", path, {"name": "new", "integrationId": web, **last})) == TOO_MANY
    assert titles_of(api("PATCH", util, {"name": "bot", "integrationId": web, **last})) == NAME_TAKEN
    linked = {"integrationId": board.integrations["human"], **last}
    for body, error in (
        ({"integrationId": web, **last}, NOT_LINKABLE),
        (linked, LINKED),
        ({"nextSwitchboardIntegrationId": board.members["util"]}, None),
    ):
        titles = titles_of(api("PATCH", util, body))
        assert titles == error or (error is None and len(titles) == 1)
    for unknown in ("0" * 24, "no id", ""):
        assert error_of(api("PATCH", util, {"integrationId": unknown, **last})) == INTEGRATION_NOT_FOUND
        next_one = {"nextSwitchboardIntegrationId": unknown}
        assert error_of(api("PATCH", util, next_one)) == MEMBER_NOT_FOUND
    api.ok("DELETE", f"{path}/{listed(board)[-1]['id']}")
    spare = board.integrations["crm"]
    assert error_of(api("POST", path, {"name": "new", "integrationId": spare, **last})) == MEMBER_NOT_FOUND
    assert titles_of(api("POST", path, {"name": "new", **linked})) == LINKED
    types = [*INTEGRATIONS, "custom"]
    assert len(types) > 15
    for type in types:
        refused = titles_of(api("POST", path, {"name": "new", "integrationType": type, **last}))
        assert refused[0].startswith("integrationType should be the type of an OAuth integration")
    unknown_type = {"name": "new", "integrationType": "partner", **last}
    assert error_of(api("POST", path, unknown_type)) == INTEGRATION_NOT_FOUND


def test_a_switchboard_has_up_to_ten_integrations(api: Caller) -> None:
    board = Board(api)
    spare = [new_integration(api) for _ in range(12)]

    def add(number: int) -> Any:
        body = {"name": f"n{number}", "integrationId": spare[number]}
        return api("POST", f"{board.path}/switchboardIntegrations", body)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(add, range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] * 7 + [400] * 5
    assert {error_of(answer) for answer in answers if answer.status_code == 400} == {TOO_MANY}
    assert len(listed(board)) == 10


def test_concurrent_names_and_links_are_unique(api: Caller) -> None:
    board = Board(api)
    crm, others = board.integrations["crm"], [new_integration(api) for _ in range(4)]
    bodies = [{"name": f"n{number}", "integrationId": crm} for number in range(4)]
    bodies += [{"name": "same", "integrationId": one} for one in others]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda body: api("POST", f"{board.path}/switchboardIntegrations", body), bodies))
    assert sorted(answer.status_code for answer in answers[:4]) == [201, 400, 400, 400]
    assert sorted(answer.status_code for answer in answers[4:]) == [201, 400, 400, 400]


def test_the_default_and_next_integrations_cannot_be_deleted(api: Caller) -> None:
    board = Board(api)
    for name, titles in (("bot", IS_DEFAULT), ("human", IS_NEXT)):
        for path in (
            f"{board.path}/switchboardIntegrations/{board.members[name]}",
            f"/integrations/{board.integrations[name]}",
        ):
            assert titles_of(api("DELETE", path)) == titles
    assert board.callers["human"]("GET", "/users/nobody").status_code == 404
    # A disabled switchboard keeps its default as well.
    board.set(enabled=False)
    assert titles_of(api("DELETE", f"/integrations/{board.integrations['bot']}")) == IS_DEFAULT
    assert api.ok("DELETE", f"/integrations/{board.integrations['util']}") == {}
    assert [one["name"] for one in listed(board)] == ["bot", "human"]
    assert board.callers["util"]("GET", "/users/nobody").status_code == 401
    board.change("bot", nextSwitchboardIntegrationId=None)
    board.remove("human")
    assert [one["name"] for one in listed(board)] == ["bot"]
    assert board.callers["human"]("GET", "/users/nobody").status_code == 404


def test_integrations_of_other_apps(api: Caller, account: Caller) -> None:
    board, other = Board(api), Board(new_app(account))
    link = {"name": "new", "integrationId": other.integrations["crm"]}
    assert error_of(api("POST", f"{board.path}/switchboardIntegrations", link)) == INTEGRATION_NOT_FOUND
    util = f"{board.path}/switchboardIntegrations/{board.members['util']}"
    foreign = {"nextSwitchboardIntegrationId": other.members["bot"]}
    assert error_of(api("PATCH", util, foreign)) == MEMBER_NOT_FOUND


def test_stand_ins(api: Caller) -> None:
    board = Board(api)
    path = f"{board.path}/switchboardIntegrations"
    integrations = api.ok("GET", "/integrations")["integrations"]
    for number, type in enumerate(STAND_INS):
        created = board.add(f"stand-in{number}", integrationType=type, deliverStandbyEvents=False)
        assert (created["integrationType"], created["deliverStandbyEvents"]) == (type, False)
    # An app has one stand-in of each type, which stays when it leaves the switchboard.
    again = {"name": "again", "integrationType": STAND_INS[0]}
    assert titles_of(api("POST", path, again)) == LINKED
    first = listed(board)[3]["integrationId"]
    api.ok("DELETE", f"{path}/{listed(board)[3]['id']}")
    assert board.add("again", integrationType=STAND_INS[0])["integrationId"] == first
    assert board.add("by-id", integrationId=board.integrations["crm"])["integrationType"] == "custom"
    for type in ("zd", "ultimate2", "partner", ""):
        body = {"name": "new", "integrationType": type}
        assert error_of(api("POST", path, body)) == INTEGRATION_NOT_FOUND
    # Stand-ins are not listed with the integrations of the app, but can be deleted like them.
    assert api.ok("GET", "/integrations")["integrations"] == integrations
    assert error_of(api("GET", f"/integrations/{first}")) == INTEGRATION_NOT_FOUND
    assert error_of(api("PATCH", f"/integrations/{first}", {"displayName": "x"})) == INTEGRATION_NOT_FOUND
    assert api.ok("DELETE", f"/integrations/{first}") == {}
    assert "again" not in [one["name"] for one in listed(board)]
    assert board.add("new", integrationType=STAND_INS[0])["integrationId"] > first


def test_without_stand_ins(other: Caller) -> None:
    path = f"/switchboards/{other.ok('POST', '/switchboards')['switchboard']['id']}/switchboardIntegrations"
    answer = other("POST", path, {"name": "agents", "integrationType": "zd:agentWorkspace"})
    assert error_of(answer) == INTEGRATION_NOT_FOUND


@pytest.mark.parametrize(
    ("setting", "host", "embedded", "expected"),
    [
        ("auto", "127.0.0.1", True, True), ("auto", "0.0.0.0", True, False), ("auto", "127.0.0.1", False, False),
        ("yes", "0.0.0.0", False, True), ("no", "127.0.0.1", True, False),
    ],
)  # fmt: skip
def test_the_setting_of_stand_ins(setting: Any, host: str, embedded: bool, expected: bool) -> None:
    assert stand_ins.offered(Settings(stand_ins=setting, host=host), embedded=embedded) == expected
