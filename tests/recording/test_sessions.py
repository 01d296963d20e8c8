"""Sessions of the console: records have the id of the session, and its activity streams end with it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.api.event_records import records
from tests.harness import Caller
from tests.recording.activity import Frame, streaming
from tests.recording.looking import recorded
from tests.security.sign_ins import SESSION, Bearer, operator_of, viewer_of


def sources(api: Caller) -> list[tuple[str, str | None, str | None]]:
    """The type, the key and the session of each event."""
    return [(one["type"], one.get("keyId"), one.get("sessionId")) for one in records(api)]


def test_events_and_requests_name_the_session(own: Caller) -> None:
    """deliveries.7, recording.1"""
    assert own.auth is not None
    key, operator = own.auth[0], operator_of(own)
    ada, group = own.new_user(), own.new_group()
    response = operator("POST", f"/conversations/{group}/join", {"userId": ada, "subscribeSDKClient": False})
    assert response.status_code == 201
    operator.ok("PATCH", f"/conversations/{group}", {"displayName": "Crew"})
    trigger = {"type": "conversation:join", "to": ["listeners"]}
    operator.ok("POST", f"/heliograph/v1/apps/{own.app_id}/sandbox/trigger", trigger)
    assert sources(own) == [
        ("conversation:create", key, None),
        ("conversation:join", key, operator.id),
        ("conversation:join", key, operator.id),
    ]
    found = recorded(own, response.headers["x-request-id"])
    assert (found["keyId"], found["sessionId"]) == (key, operator.id)
    assert found["request"]["headers"]["authorization"] == "Bearer •••••"
    assert [one["sessionId"] for one in found["events"]] == [operator.id]
    assert "sessionId" not in recorded(own, own("GET", "").headers["x-request-id"])


def test_calls_at_the_same_time_have_the_sessions_of_their_callers(own: Caller) -> None:
    """deliveries.7: calls of several sessions, and calls without a session, share a batch."""
    ada, groups = own.new_user(), [own.new_group() for _ in range(12)]
    sessions = [operator_of(own) for _ in range(2)]
    body = {"userId": ada, "subscribeSDKClient": False}

    def join(number: int) -> None:
        url = f"{own.url}/v2/apps/{own.app_id}/conversations/{groups[number]}/join"
        session = sessions[number % 3] if number % 3 < 2 else None
        headers = {"authorization": session.header} if session else {}
        response = httpx.post(url, json=body, headers=headers, auth=None if session else own.auth, timeout=30)
        assert response.status_code == 201

    with ThreadPoolExecutor(len(groups)) as pool:
        list(pool.map(join, range(len(groups))))
    joined = {one["conversationId"]: one.get("sessionId") for one in records(own) if one["type"] == "conversation:join"}
    ids = [sessions[0].id, sessions[1].id, None]
    assert joined == {group: ids[number % 3] for number, group in enumerate(groups)}


def ends(stream: Iterator[Frame]) -> list[str]:
    """Read a stream until it ends; returns the kinds of its frames other than requests and events."""
    return [one.kind for one in stream if one.kind not in ("request", "event")]


def follow_until_it_ends(own: Caller, session: Bearer) -> None:
    """Follow the stream with a session, and end the session."""
    with streaming(own, authorization=session.header) as stream:
        assert next(stream).kind == "hello"
        own.new_group()
        assert next(one for one in stream if one.kind == "event").data["type"] == "conversation:create"
        session.ok("DELETE", SESSION)
        assert ends(stream) == []


def test_a_stream_ends_with_its_session(own: Caller) -> None:
    """recording.6"""
    for session in (operator_of(own), viewer_of(own)):
        follow_until_it_ends(own, session)
        assert session.status() == 401


def test_a_stream_ends_with_its_key(owner: Caller, own: Caller) -> None:
    """recording.6"""
    key = owner.ok("POST", f"/v2/apps/{own.app_id}/keys", {"displayName": "Short"})["key"]
    short = Caller(own.url, (key["id"], key["secret"]), own.app_id, own.http)
    session = viewer_of(short)
    with streaming(short) as stream, streaming(own, authorization=session.header) as of_session:
        assert [next(stream).kind, next(of_session).kind] == ["hello", "hello"]
        owner.ok("DELETE", f"/v2/apps/{own.app_id}/keys/{key['id']}")
        assert ends(stream) == ends(of_session) == []
