"""`members.replace` and `memberships.bulk_participants`, sync and async."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from heliograph import (
    AsyncClient,
    Client,
    DecodeError,
    InvalidArgument,
    PreconditionFailed,
    TooManyParticipants,
    UserNotFound,
)
from heliograph.client.member_lines import MembersProgress
from heliograph.wire.participants import ParticipantJoinBody
from tests.client.conftest import Place

PROGRESS = '{"type":"progress","joined":1,"left":0,"joins":2,"leaves":0}\n'
UNKNOWN = "0123456789abcdef01234567"


def member(user: str) -> dict[str, Any]:
    """A member with this user id."""
    return {"userId": user, "subscribeSDKClient": False}


def test_bulk_changes(place: Place) -> None:
    ada, ben = place.new_user("ada"), place.new_user()
    done = place.client.memberships.bulk_participants(
        place.app_id,
        place.group,
        items=[
            {"type": "join", "userId": ada, "subscribeSDKClient": False},
            {"type": "join", "user_id": ben, "subscribe_sdk_client": True},
            {"type": "leave", "user_external_id": "ada"},
            {"type": "leave", "userId": ada},
        ],
    )
    assert [one.status for one in done.results] == [201, 201, 200, 404]
    (error,) = done.results[3].errors or []
    assert error.title == "User is not a member of the conversation"
    assert (done.counts.joined, done.counts.left, done.counts.refused) == (2, 1, 1)
    assert place.members() == [ben]


def test_replacing_with_progress(place: Place) -> None:
    ada, ben, cleo = place.new_user("ada"), place.new_user(), place.new_user()
    reported: list[tuple[int, int]] = []

    def replace(*members: Any, **options: Any) -> tuple[int, int, int]:
        found = place.client.members.replace(place.app_id, place.group, members, **options)
        return found.joined, found.left, found.stayed

    assert replace(member(ada), ParticipantJoinBody(user_id=ben, subscribe_sdk_client=False)) == (2, 0, 0)
    planned = place.client.members.replace(place.app_id, place.group, [member(cleo)], dry_run=True)
    assert (planned.dry_run, planned.left) == (True, 2)
    by_external_id = {"user_external_id": "ada", "subscribe_sdk_client": False}
    counts = replace(
        by_external_id,
        member(cleo),
        version=planned.version,
        on_progress=lambda one: reported.append((one.joined, one.left)),
    )
    assert counts == (1, 1, 1)
    assert reported == [(0, 0), (1, 1)]
    with pytest.raises(PreconditionFailed):
        replace(version=planned.version)
    with pytest.raises(UserNotFound, match=r"\[0\]: User not found"):
        replace(member(UNKNOWN))
    assert place.members() == [ada, cleo]
    assert replace() == (0, 2, 0)


def test_replacing_with_the_async_client(place: Place) -> None:
    users = [place.new_user() for _ in range(3)]

    async def replace() -> int:
        async with AsyncClient(place.url, auth=place.auth) as client:
            found = await client.members.replace(place.app_id, place.group, map(member, users))
            return found.joined

    assert asyncio.run(replace()) == 3
    assert place.members() == users


@pytest.mark.one_engine
def test_invalid_members_are_not_sent(place: Place) -> None:
    given: Iterable[Any] = [member(place.new_user()), {"userId": "a", "userExternalId": "b"}]
    with pytest.raises(InvalidArgument, match=r"\[1\]: ParticipantJoinBody: exactly one of userId"):
        place.client.members.replace(place.app_id, place.group, given)
    assert place.members() == []


def replaced(text: str) -> list[MembersProgress]:
    """Replace members with a server that sends this response; returns the reported progress."""
    reported: list[MembersProgress] = []

    def respond(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept"] == "application/x-ndjson"
        return httpx.Response(200, text=text)

    with Client("http://server.invalid", transport=httpx.MockTransport(respond)) as client:
        client.members.replace("a", "c", [], on_progress=reported.append)
    return reported


@pytest.mark.one_engine
def test_an_error_in_the_middle_of_a_response_is_raised() -> None:
    error = '{"type":"error","status":400,"errors":[{"code":"bad_request","title":"Too many participants"},'
    error += '{"code":"bad_request","title":"Before this, 1 of 2 users joined and 0 of 0 left"}]}\n'
    with pytest.raises(TooManyParticipants, match="Before this, 1 of 2 users joined") as raised:
        replaced(PROGRESS + error)
    assert (raised.value.status, raised.value.operation) == (400, "ReplaceParticipants")


@pytest.mark.one_engine
@pytest.mark.parametrize("text", [PROGRESS, "", "x\n", '{"type":"other"}\n', PROGRESS + '{"type":"summ'])
def test_an_incomplete_or_strange_response_is_an_error(text: str) -> None:
    with pytest.raises(DecodeError):
        replaced(text)
