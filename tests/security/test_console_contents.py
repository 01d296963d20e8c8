"""A console that hides message contents: sessions get only types and sizes, and keys get everything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from heliograph.wire.formats import EventStream, Json, JsonOrAccepted, Redirect
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.sandbox import SANDBOX_TOOLS
from tests.api.end_users import EndUser, post
from tests.api.linking import Links
from tests.databases import new_database
from tests.harness import Caller, Server, error_of, init, serving
from tests.recording.activity import streaming
from tests.recording.looking import recorded
from tests.sandbox.inboxes import hook, script, settled
from tests.security.calls import parameters_of, path_of
from tests.security.sign_ins import Bearer, operator_of, viewer_of

ALL = (*OPERATIONS, *EXTENSIONS, *SANDBOX_TOOLS, *CONSOLE_OPERATIONS)
READING = [one for one in ALL if one.method == "GET" and isinstance(one.response, Json | JsonOrAccepted)]
HIDDEN = (403, "forbidden", "This console shows no message contents")
REFUSED = {"StreamEvents", "ExportSeed", "ExportSnapshot", "ExportUser", "DownloadMessageRef"}
MARKER = "sunflower"
LINK = f"https://files.example.com/{MARKER}.png"
FIELD = {"type": "text", "name": "name", "label": MARKER}
ACTION = {"type": "postback", "text": MARKER, "payload": MARKER, "metadata": {"about": MARKER}}
CONTENTS: list[dict[str, Any]] = [
    {"type": "text", "text": MARKER, "actions": [ACTION]},
    {"type": "text", "markdownText": f"**{MARKER}**"},
    {"type": "image", "mediaUrl": LINK, "altText": MARKER},
    {"type": "file", "mediaUrl": LINK, "text": MARKER},
    {"type": "carousel", "items": [{"title": MARKER, "actions": [ACTION]}]},
    {"type": "list", "items": [{"title": MARKER, "actions": [ACTION]}]},
    {"type": "location", "coordinates": {"lat": 1, "long": 2}, "location": {"name": MARKER}},
]
SHOWING = {
    "ListMessages", "GetDelivery", "ListEventRecords", "GetRecordedRequest", "ListAppConversations",
    "GetAppConversation", "Find", "ListOutbound", "ExportSeed", "ListInboxCalls",
}  # fmt: skip
"""The operations that show message contents to keys, apart from streams and files."""


class World:
    """An app with messages of every kind, all of which contain a marker."""

    def __init__(self, server: Server) -> None:
        sandbox = init(server.database_url)
        self.account = Caller(server.url, sandbox.account_auth, sandbox.app_id)
        self.api = Caller(server.url, sandbox.app_auth, sandbox.app_id, self.account.http)
        script(self.api, {"status": 200, "body": MARKER})
        hook(self.api)
        self.user = EndUser(self.api, self.api.new_user("ada"))
        self.conversation = self.user.begin(referral={"code": "c", "details": {"from": MARKER}})["id"]
        self._talk()
        self._fail()
        self._link()
        settled(self.api, len(self._listed("eventRecords")["events"]))
        # The recorded attempts keep the responses with the marker. The script itself is not message content.
        script(self.api, "200")

    def _talk(self) -> None:
        self.messages = [post(self.api, self.conversation, one) for one in CONTENTS]
        form = post(self.api, self.conversation, {"type": "form", "fields": [FIELD]})
        answer = {"type": "formResponse", "fields": [{**FIELD, "text": MARKER}]}
        for act in (
            {"type": "message", "content": answer, "quotedMessageId": form["id"]},
            {"type": "postback", "payload": MARKER, "metadata": {"about": MARKER}},
            {"type": "referral", "code": "c", "details": {"from": MARKER}},
        ):
            assert self.user.act(self.conversation, act).is_success
        gone = self.api.say(self.conversation, f"{MARKER} that is deleted")["id"]
        assert self.api("DELETE", f"/conversations/{self.conversation}/messages/{gone}").is_success
        self.api.say(self.conversation, MARKER)

    def _fail(self) -> None:
        author, path = {"type": "business"}, f"/conversations/{self.conversation}/messages"
        for content in (
            {"type": MARKER},
            {"type": "text", "text": MARKER * 1000},
            {"type": "text", "text": [MARKER]},
            {"type": "image", "mediaUrl": MARKER},
            {"type": "text", "text": MARKER, "actions": [{"type": MARKER}]},
            {"type": "form", "fields": [{**FIELD, "type": MARKER}]},
            {"type": "location", "coordinates": {"lat": MARKER, "long": MARKER}},
            {"type": "carousel", "items": [{"title": MARKER, "size": MARKER, "actions": [ACTION]}]},
        ):
            assert self.api("POST", path, {"author": author, "content": content}).status_code == 400, content
        assert self.api("POST", path, {"author": author, "content": MARKER}).status_code == 400

    def _link(self) -> None:
        links = Links(self.api, self.user.id, self.conversation)
        links.link("immediate")
        path = f"/conversations/{self.conversation}/messages"
        body = {"author": {"type": "business"}, "content": {"type": "text", "text": MARKER}}
        recorded(self.api, self.api("POST", path, body).headers["x-request-id"])

    def _listed(self, name: str) -> Any:
        path = f"/heliograph/v1/apps/{self.api.app_id}/{name}"
        return self.account.ok("GET", path, params={"page[size]": 100})

    def paths(self, operation: AnyOperation) -> list[str]:
        """The paths of an operation, one for each record of its kind that may show contents."""
        own = {"appId": self.api.app_id, "conversationId": self.conversation, "userIdOrExternalId": self.user.id}
        own |= {"integrationId": self.user.integration_id, "deviceId": self.user.device["id"], "name": "default"}
        kinds = {"deliveryId": ("deliveries", "deliveries"), "recordedRequestId": ("requests", "requests")}
        for parameter in {*parameters_of(operation)} & {*kinds}:
            name, field = kinds[parameter]
            ids = [one["id"] for one in self._listed(name)[field]]
            return [path_of(operation, **own, **{parameter: id}) for id in ids]
        return [path_of(operation, **own)]

    def read(self, caller: Caller | Bearer, operation: AnyOperation) -> list[httpx.Response]:
        """The responses of an operation on each of its paths."""
        params = {"page[size]": 100} if operation.paged and not operation.last_page_first else {}
        given = {"q": self.messages[0]["id"], "type": "conversation:message"}
        params |= {name: given[name] for name in operation.required if name in given}
        return [caller(operation.method, path, params=params) for path in self.paths(operation)]


@pytest.fixture(scope="module")
def server(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose console hides message contents."""
    database = new_database(engine, tmp_path_factory.mktemp("contents"))
    options = ("--sandbox-tools", "yes", "--stand-ins", "yes", "--record-requests", "1000", "--console-contents", "no")
    with serving(database, *options) as server:
        yield server


@pytest.fixture(scope="module")
def world(server: Server) -> Iterator[World]:
    """The app with the messages."""
    world = World(server)
    yield world
    world.account.http.close()


@pytest.fixture(scope="module")
def sessions(world: World) -> list[Bearer]:
    """An operator and a viewer, of the app and of the account."""
    return [of(caller) for of in (operator_of, viewer_of) for caller in (world.api, world.account)]


@pytest.mark.one_engine
@pytest.mark.parametrize("operation", READING, ids=lambda one: one.name)
def test_no_response_to_a_session_has_the_contents_of_a_message(
    world: World, sessions: list[Bearer], operation: AnyOperation
) -> None:
    of_key = world.read(world.account, operation)
    assert any(MARKER in one.text for one in of_key) is (operation.name in SHOWING)
    for session in sessions:
        for answer in world.read(session, operation):
            assert MARKER not in answer.text
            assert answer.status_code < 500
            if operation.name in REFUSED:
                assert error_of(answer) == HIDDEN


@pytest.mark.one_engine
def test_every_operation_that_sends_no_json_is_refused_or_has_no_messages() -> None:
    others = {one.name for one in ALL if not isinstance(one.response, Json | Redirect)}
    # The activity stream has its own test.
    assert others - REFUSED == {"StreamActivity", "ReplaceParticipants"}
    assert {one.name for one in ALL if isinstance(one.response, EventStream)} == {"StreamEvents", "StreamActivity"}


@pytest.mark.one_engine
def test_message_content_is_shown_as_its_type_and_size(world: World, sessions: list[Bearer]) -> None:
    path = f"/conversations/{world.conversation}/messages"
    complete = world.api.ok("GET", path)["messages"]
    for session in sessions:
        where = f"/v2/apps/{world.api.app_id}{path}"
        for message, shown in zip(complete, session.ok("GET", where)["messages"], strict=True):
            assert shown["content"] == summary(message["content"])
            assert without_contents(shown) == without_contents(message)
            if "quotedMessage" in message:
                quoted = message["quotedMessage"]["message"]["content"]
                assert shown["quotedMessage"]["message"]["content"] == summary(quoted)


def summary(content: Any) -> Any:
    """The summary that sessions get instead of a content."""
    return {"type": content["type"], "size": len(json.dumps(content, separators=(",", ":")))}


def without_contents(message: Any) -> Any:
    """A message without its content and without the quoted message."""
    return {name: one for name, one in message.items() if name not in ("content", "quotedMessage")}


@pytest.mark.one_engine
def test_other_fields_are_shown(world: World, sessions: list[Bearer]) -> None:
    base = f"/heliograph/v1/apps/{world.api.app_id}"
    for session in sessions:
        events = {one["type"]: one["payload"] for one in session.ok("GET", f"{base}/eventRecords")["events"]}
        assert events["conversation:postback"]["postback"].keys() == {"size"}
        assert events["conversation:referral"]["referral"] == {"code": "c"}
        assert events["conversation:postback"]["user"]["id"] == world.user.id
        summarized = session.ok("GET", f"{base}/conversations/{world.conversation}")["conversation"]
        assert summarized["lastMessage"].keys() == {"id", "received", "author", "type"}
        (found,) = session.ok("GET", f"{base}/find?q={world.messages[0]['id']}")["results"]
        assert (found["kind"], found["title"]) == ("message", "message")
        (call, *_) = session.ok("GET", f"{base}/sandbox/inboxes/default/calls")["calls"]
        assert (call["checks"]["payload"], call["responseStatus"]) == ("valid", 200)


@pytest.mark.one_engine
def test_the_activity_stream_has_no_contents(world: World, sessions: list[Bearer]) -> None:
    for authorization, is_shown in [*((one.header, False) for one in sessions), (None, True)]:
        with streaming(world.api, authorization=authorization) as stream:
            assert next(stream).kind == "hello"
            message = world.api.say(world.conversation, MARKER)
            frame = next(one for one in stream if one.kind == "event" and one.data["type"] == "conversation:message")
            shown = frame.data["payload"]["message"]
            assert shown["id"] == message["id"]
            expected = message["content"] if is_shown else summary(message["content"])
            assert shown["content"] == (expected.to_dict() if hasattr(expected, "to_dict") else expected)


@pytest.mark.one_engine
def test_responses_to_writes_have_no_contents(world: World) -> None:
    operator, base = operator_of(world.api), f"/heliograph/v1/apps/{world.api.app_id}"
    body = {"author": {"type": "business"}, "content": {"type": "text", "text": MARKER}}
    act = {"userId": world.user.id, "deviceId": world.user.device["id"], "act": {**body, "type": "message"}}
    delivery = world.api.ok("GET", f"{base}/deliveries")["deliveries"][0]["id"]
    for path, given in (
        (f"/conversations/{world.conversation}/messages", body),
        (f"{base}/conversations/{world.conversation}/inbound", act),
        (f"{base}/deliveries/{delivery}/retry", None),
    ):
        answer = operator("POST", path, given)
        assert answer.is_success, answer.text
        assert MARKER not in answer.text


@pytest.mark.one_engine
@pytest.mark.parametrize("name", sorted(REFUSED))
def test_operations_that_would_show_contents_refuse_sessions(world: World, name: str) -> None:
    (operation,) = (one for one in ALL if one.name == name)
    names = {"appId": world.api.app_id, "conversationId": world.conversation, "snapshotName": "any",
             "userIdOrExternalId": world.user.id}  # fmt: skip
    reference = {name: "x" for name in ("url", "bid", "key", "signature", "owner")}
    body = {"userId": world.user.id, "apple": {"interactiveDataRef": reference}} if operation.body.kind else None
    answer = operator_of(world.account)(operation.method, path_of(operation, **names), body)
    assert error_of(answer) == HIDDEN
    assert re.search("session without message contents", answer.headers["x-heliograph-reason"])


@pytest.mark.one_engine
def test_a_console_shows_contents_by_default(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(tmp_path_factory.mktemp("shown") / "heliograph.db") as server:
        sandbox = init(server.database_url)
        api = Caller(server.url, sandbox.app_auth, sandbox.app_id)
        conversation = api.new_group()
        api.say(conversation, MARKER)
        assert MARKER in operator_of(api)("GET", f"/conversations/{conversation}/messages").text
        api.http.close()
