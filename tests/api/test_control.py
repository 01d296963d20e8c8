"""Control of conversations: the transitions, the targets, the bodies, and switchboards that are not enabled."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from heliograph.models import EventRecord
from heliograph.wire.events import PAYLOADS
from tests.api.event_records import events_of
from tests.api.handover import CALLS, Board, Scene, state_of
from tests.databases import new_database
from tests.harness import Caller, error_of, init, new_app, serving, titles_of

Row = tuple[str, str, str, str, str]
"""State, caller, call, state afterwards, and the outcome."""

DONE, NOTHING, FORBIDDEN = "done", "nothing", "forbidden"
TARGET = "switchboard_invalid_target: Switchboard invalid target"
NO_NEXT = "switchboard_invalid_target: There is no next switchboard integration"
SEVERAL = "switchboard_invalid_target: Several switchboard integrations are of type custom"
TO_ACTIVE = "switchboard_invalid_target: Cannot offer control to the active switchboard integration."
NONE_PENDING = "switchboard_invalid_action: There is no pendingSwitchboardIntegration"
NOT_ENABLED = "switchboard_invalid_action: The switchboard is not enabled"

PASS: tuple[Row, ...] = (
    ("A(bot)", "app", "pass nobody", "A(bot)", TARGET),
    ("N", "bot", "pass nobody", "N", TARGET),
    ("A(human)P(bot)", "crm", "pass custom", "A(human)P(bot)", SEVERAL),
    ("P(util)", "app", "pass nobody", "P(util)", TARGET),
    ("A(util)", "util", "pass next", "A(util)", NO_NEXT),
    ("A(bot)", "util", "pass next", "A(bot)", NO_NEXT),
    ("A(human)", "bot", "pass next", "A(human)", NOTHING),
    ("A(human)P(bot)", "bot", "pass next", "A(human)P(bot)", NOTHING),
    ("N", "human", "pass next", "N", NOTHING),
    ("P(human)", "human", "pass next", "P(human)", NOTHING),
    ("A(bot)", "bot", "pass next", "A(human)", DONE),
    ("A(bot)P(util)", "bot", "pass next", "A(human)", DONE),
    ("N", "bot", "pass next", "A(human)", DONE),
    ("P(util)", "bot", "pass next", "A(human)", DONE),
    ("A(bot)", "app", "pass next", "A(human)", DONE),
    ("A(human)", "crm", "pass next", "A(bot)", DONE),
    ("A(human)", "token", "pass next", "A(bot)", DONE),
    ("N", "app", "pass next", "A(human)", DONE),
    ("P(bot)", "app", "pass next", "A(human)", DONE),
    ("A(human)", "app", "pass id:human", "A(human)", NOTHING),
    ("A(human)", "bot", "pass human", "A(human)", NOTHING),
    ("A(human)P(bot)", "app", "pass human", "A(human)", DONE),
    ("A(human)P(bot)", "app", "pass id:bot", "A(bot)", DONE),
    ("A(human)P(bot)", "util", "pass util", "A(util)", DONE),
    ("A(bot)", "crm", "pass util", "A(util)", DONE),
    ("N", "app", "pass bot", "A(bot)", DONE),
    ("P(util)", "app", "pass util", "A(util)", DONE),
    ("P(util)", "app", "pass bot", "A(bot)", DONE),
)
OFFER: tuple[Row, ...] = (
    ("A(bot)", "app", "offer nobody", "A(bot)", TARGET),
    ("A(bot)P(human)", "app", "offer custom", "A(bot)P(human)", SEVERAL),
    ("N", "app", "offer nobody", "N", TARGET),
    ("A(util)", "app", "offer next", "A(util)", NO_NEXT),
    ("A(bot)", "bot", "offer bot", "A(bot)", TO_ACTIVE),
    ("A(human)P(bot)", "bot", "offer next", "A(human)P(bot)", TO_ACTIVE),
    ("N", "app", "offer bot", "N", TO_ACTIVE),
    ("P(util)", "app", "offer bot", "P(util)", TO_ACTIVE),
    ("A(human)", "app", "offer bot", "A(human)P(bot)", DONE),
    ("A(bot)", "bot", "offer next", "A(bot)P(human)", DONE),
    ("A(human)P(bot)", "app", "offer bot", "A(human)P(bot)", DONE),
    ("A(human)P(bot)", "crm", "offer util", "A(human)P(util)", DONE),
    ("N", "app", "offer next", "A(bot)P(human)", DONE),
    ("N", "human", "offer util", "A(bot)P(util)", DONE),
    ("P(util)", "app", "offer human", "A(bot)P(human)", DONE),
    ("P(util)", "app", "offer util", "A(bot)P(util)", DONE),
)
ACCEPT: tuple[Row, ...] = (
    ("A(human)P(bot)", "bot", "accept", "A(bot)", DONE),
    ("A(human)P(bot)", "app", "accept", "A(bot)", DONE),
    ("A(human)P(bot)", "account", "accept", "A(bot)", DONE),
    ("P(util)", "util", "accept", "A(util)", DONE),
    ("P(util)", "app", "accept", "A(util)", DONE),
    ("A(human)P(bot)", "human", "accept", "A(human)P(bot)", FORBIDDEN),
    ("A(human)P(bot)", "util", "accept", "A(human)P(bot)", FORBIDDEN),
    ("A(human)P(bot)", "crm", "accept", "A(human)P(bot)", FORBIDDEN),
    ("A(human)P(bot)", "token", "accept", "A(human)P(bot)", FORBIDDEN),
    ("P(util)", "bot", "accept", "P(util)", FORBIDDEN),
    ("A(bot)", "bot", "accept", "A(bot)", NOTHING),
    ("A(bot)", "human", "accept", "A(bot)", FORBIDDEN),
    ("A(bot)", "crm", "accept", "A(bot)", FORBIDDEN),
    ("A(bot)", "token", "accept", "A(bot)", FORBIDDEN),
    ("N", "bot", "accept", "N", FORBIDDEN),
    ("N", "crm", "accept", "N", FORBIDDEN),
    ("N", "token", "accept", "N", FORBIDDEN),
    ("A(bot)", "app", "accept", "A(bot)", NONE_PENDING),
    ("A(bot)", "account", "accept", "A(bot)", NONE_PENDING),
    ("N", "app", "accept", "N", NONE_PENDING),
)
RELEASE: tuple[Row, ...] = (
    ("A(bot)", "bot", "release", "N", DONE),
    ("A(human)P(bot)", "human", "release", "N", DONE),
    ("A(human)P(bot)", "app", "release", "N", DONE),
    ("A(human)", "account", "release", "N", DONE),
    ("P(util)", "app", "release", "N", DONE),
    ("A(human)P(bot)", "bot", "release", "A(human)P(bot)", FORBIDDEN),
    ("A(bot)", "human", "release", "A(bot)", FORBIDDEN),
    ("A(bot)", "crm", "release", "A(bot)", FORBIDDEN),
    ("A(bot)", "token", "release", "A(bot)", FORBIDDEN),
    ("P(util)", "util", "release", "P(util)", FORBIDDEN),
    ("N", "bot", "release", "N", FORBIDDEN),
    ("N", "crm", "release", "N", FORBIDDEN),
    ("N", "token", "release", "N", FORBIDDEN),
    ("N", "app", "release", "N", NOTHING),
    ("N", "account", "release", "N", NOTHING),
)
WITHOUT: tuple[tuple[str, str, str], ...] = (
    ("app", "pass bot", NOT_ENABLED),
    ("bot", "pass next", NOT_ENABLED),
    ("crm", "offer human", NOT_ENABLED),
    ("app", "offer next", NOT_ENABLED),
    ("app", "accept", NOT_ENABLED),
    ("account", "accept", NOT_ENABLED),
    ("bot", "accept", FORBIDDEN),
    ("crm", "accept", FORBIDDEN),
    ("token", "accept", FORBIDDEN),
    ("bot", "release", FORBIDDEN),
    ("crm", "release", FORBIDDEN),
    ("token", "release", FORBIDDEN),
    ("app", "release", NOTHING),
    ("account", "release", NOTHING),
)
RESOLVING: tuple[Row, ...] = (
    ("A(bot)", "app", "pass next", "A(human)", DONE),
    ("A(bot)", "human", "offer next", "A(bot)", TO_ACTIVE),
    ("A(util)", "app", "pass next", "A(util)", NO_NEXT),
    ("A(util)", "bot", "offer next", "A(util)P(human)", DONE),
    ("A(bot)", "app", "pass id:human", "A(human)", DONE),
    # A name takes precedence over a type, and an id over a name.
    ("A(bot)", "app", "pass custom", "A(custom)", DONE),
    ("A(bot)", "app", "offer {human}", "A(bot)P(human)", DONE),
    ("A(bot)", "app", "offer zd:agentWorkspace", "A(bot)P(agents)", DONE),
    ("A(bot)", "app", "pass agents", "A(agents)", DONE),
    ("A(bot)", "app", "pass Human", "A(bot)", TARGET),
    ("A(bot)", "app", "pass integration:human", "A(bot)", TARGET),
    ("A(bot)", "app", "pass zd:other", "A(bot)", TARGET),
    ("A(bot)", "app", "offer bot", "A(bot)", TO_ACTIVE),
    ("N", "app", "accept", "N", NONE_PENDING),
)


def perform(board: Board, scene: Scene, who: str, act: str, outcome: str, after: str, *, strict: bool = False) -> None:
    """Make a control call, check the response and the state, and record the expected event."""
    metadata = {"number": len(scene.events)}
    answer = board.control(who, scene.conversation, act, metadata)
    context = (who, act, answer.status_code, answer.text)
    failed = outcome not in (DONE, NOTHING, FORBIDDEN)
    if outcome == FORBIDDEN:
        assert error_of(answer) == (403, "forbidden", "Forbidden"), context
    elif failed and strict:
        assert ": ".join(error_of(answer)[1:]) == outcome, context
        assert answer.status_code == 400
    else:
        assert (answer.status_code, answer.json()) == (200, {}), context
    assert answer.headers.get("x-heliograph-control") == ("failed" if failed else None), context
    assert board.state(scene.conversation) == after, context
    if outcome not in (NOTHING, FORBIDDEN):
        type = f"switchboard:{CALLS[act.split(' ')[0]]}"
        scene.events.append((f"{type}:failure {outcome} {metadata}" if failed else f"{type} {metadata}", after))


def assert_recorded(board: Board, scenes: Sequence[Scene]) -> None:
    """Check that these are exactly the recorded events, and that their payloads are as documented."""
    recorded: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for event in events_of(board.api):
        payload = event.payload
        assert_documented(event)
        if event.conversation_id is not None:
            error = [": ".join(payload["error"].values())] if "error" in payload else []
            metadata = [str(payload["metadata"])] if "metadata" in payload else []
            shown = state_of(payload["conversation"])
            recorded[event.conversation_id].append((" ".join([event.type, *error, *metadata]), shown))
    assert recorded == {scene.conversation: scene.events for scene in scenes}


def assert_documented(event: EventRecord) -> None:
    """Check that the payload has everything that the API document requires, and nothing else."""
    kind = {str(type): kind for type, kind in PAYLOADS.items()}[event.type]
    assert msgspec.to_builtins(msgspec.convert(event.payload, kind)) == event.payload


def with_account(board: Board, account: Caller) -> Board:
    """Add a caller with the account key to the board; returns the board."""
    board.callers["account"] = Caller(account.url, account.auth, board.api.app_id, account.http)
    return board


def test_the_transitions_of_the_four_calls(api: Caller, account: Caller) -> None:
    board, scenes = with_account(Board(api), account), []
    for before, who, act, after, outcome in (*PASS, *OFFER, *ACCEPT, *RELEASE):
        scene = board.reach(before)
        assert board.state(scene.conversation) == before
        perform(board, scene, who, act, outcome, after)
        scenes.append(scene)
    assert_recorded(board, scenes)


def test_only_messages_of_users_assign_control(api: Caller) -> None:
    board, scenes = Board(api), []
    other = api.new_user()
    after_speaking = {
        "N": "A(bot)", "P(util)": "A(bot)P(util)", "P(bot)": "A(bot)", "A(human)": "A(human)",
        "A(human)P(bot)": "A(human)P(bot)",
    }  # fmt: skip
    for before, after in after_speaking.items():
        scene = board.reach(before)
        group = scene.conversation
        typing: Any = {"author": {"type": "business"}, "type": "typing:start"}
        api.ok("POST", f"/conversations/{group}/activity", typing)
        api.read(group, userId=board.user)
        api.read(group)
        api.join(group, other)
        api.leave(group, userId=other)
        board.callers["bot"].say(group)
        assert board.state(group) == before
        for kind in ("typing", "read", "read", "join", "leave", "message"):
            scene.events.append((f"conversation:{kind}", before))
        board.callers["crm"].say(group, userId=board.user)
        assert board.state(group) == after
        scene.events.append(("conversation:message", after))
        scenes.append(scene)
    assert_recorded(board, scenes)


def test_every_response_shows_the_controllers(api: Caller) -> None:
    board = Board(api)
    personal = api.ok("POST", "/conversations", {"type": "personal", "participants": [{"userId": board.user}]})
    active = {
        "id": board.members["bot"], "name": "bot", "integrationId": board.integrations["bot"],
        "integrationType": "custom",
    }  # fmt: skip
    assert personal["conversation"]["activeSwitchboardIntegration"] == active
    assert "pendingSwitchboardIntegration" not in personal["conversation"]
    path = f"/conversations/{personal['conversation']['id']}"
    board.control("app", path.split("/")[-1], "offer human")
    shown = api.ok("GET", path)["conversation"]
    assert shown["pendingSwitchboardIntegration"]["id"] == board.members["human"]
    assert api.ok("PATCH", path, {"displayName": None})["conversation"] == shown
    assert api.ok("GET", "/conversations", params={"filter[userId]": board.user})["conversations"] == [shown]


def test_without_an_enabled_switchboard(api: Caller, account: Caller) -> None:
    board = with_account(Board(api), account)
    scenes = [board.reach("A(human)P(bot)") for _ in WITHOUT]
    board.set(enabled=False)
    for scene, (who, act, outcome) in zip(scenes, WITHOUT, strict=True):
        perform(board, scene, who, act, outcome, "N")
        api.say(scene.conversation, userId=board.user)
        scene.events.append(("conversation:message", "N"))
    late = Scene(api.new_group(), [("conversation:create", "N")])
    board.set(enabled=True)
    # The stored controllers apply again, and none were assigned in the meantime.
    assert {board.state(scene.conversation) for scene in scenes} == {"A(human)P(bot)"}
    assert board.state(late.conversation) == "N"
    assert api.ok("DELETE", board.path) == {}
    for scene, (who, act, outcome) in zip(scenes, WITHOUT, strict=True):
        perform(board, scene, who, act, outcome, "N")
    # A new switchboard does not inherit the controllers of a deleted one.
    board.path = f"/switchboards/{api.ok('POST', '/switchboards')['switchboard']['id']}"
    board.add("bot")
    board.set(enabled=True, defaultSwitchboardIntegrationId=board.members["bot"])
    assert {board.state(scene.conversation) for scene in scenes} == {"N"}
    assert_recorded(board, [*scenes, late])


def test_targets_on_a_strict_server(engine: str, tmp_path: Path) -> None:
    url = new_database(engine, tmp_path)
    with serving(url, "--strict-control", "--stand-ins", "yes") as server:
        api = new_app(Caller(server.url, init(url).account_auth))
        with contextlib.closing(api.http):
            resolve_targets(api)


def resolve_targets(api: Caller) -> None:
    """Make calls with every way to name a target."""
    board = Board(api)
    board.add("agents", integrationType="zd:agentWorkspace")
    board.add("custom", integrationId=board.integrations["crm"])
    board.add(board.members["human"], integrationType="ultimate")
    scenes = []
    for before, who, act, after, outcome in RESOLVING:
        scene = board.reach(before)
        perform(board, scene, who, act.format(**board.members), outcome, after, strict=True)
        scenes.append(scene)
    assert_recorded(board, scenes)


def test_bodies(api: Caller) -> None:
    board = Board(api)
    scene = board.reach("A(human)P(bot)")
    path = f"/conversations/{scene.conversation}"
    json = {"content-type": "application/json"}
    empty: list[dict[str, Any]] = [
        {}, {"headers": json}, {"json": {}}, {"json": {"metadata": None}}, {"json": {"metadata": {}}},
        {"json": {"metadata": {"gone": None}}},
    ]  # fmt: skip
    for number, body in enumerate(empty):
        call = "releaseControl" if number % 2 else "acceptControl"
        board.control("app", scene.conversation, "offer human" if number else "offer bot")
        assert api.ok("POST", f"{path}/{call}", **body) == {}
    payloads = [event.payload for event in events_of(api) if event.type.startswith("switchboard:")]
    assert all("metadata" not in payload for payload in payloads)
    large = {"m": "x" * (4096 - len('{"m":""}'))}
    for call in CALLS.values():
        target = {"switchboardIntegration": "next"} if call in ("passControl", "offerControl") else {}
        assert api("POST", f"{path}/{call}", {**target, "metadata": large}).status_code == 200
        too_large = {**target, "metadata": {"m": large["m"] + "x"}}
        expected = ["Switchboard metadata is limited to 4096 bytes in size."]
        assert titles_of(api("POST", f"{path}/{call}", too_large)) == expected
        assert titles_of(api("POST", f"{path}/{call}", {**target, "metadata": {"deep": {}}}))
        assert titles_of(api("POST", f"{path}/{call}", {**target, "metadata": []}))
        nowhere = api("POST", f"/conversations/{board.user}/{call}", target)
        assert error_of(nowhere) == (404, "conversation_not_found", "Conversation not found")
        assert api("POST", f"/conversations/no%20id/{call}", target).status_code == 404
        assert titles_of(api("POST", f"/conversations/no%20id/{call}", {**target, "metadata": 1}))
    for call in ("passControl", "offerControl"):
        expected = ["should have required property 'switchboardIntegration'"]
        assert titles_of(api("POST", f"{path}/{call}", {})) == expected
        assert titles_of(api("POST", f"{path}/{call}", {"switchboardIntegration": None}))
        assert api("POST", f"{path}/{call}").status_code == 400
        unknown = api("POST", f"{path}/{call}", {"switchboardIntegration": ""})
        assert (unknown.status_code, unknown.headers["x-heliograph-control"]) == (200, "failed")
