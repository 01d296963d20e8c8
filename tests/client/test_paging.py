"""Iteration over lists: in both directions, from any cursor, with any page size, and never without end."""

from __future__ import annotations

import asyncio

import pytest

from heliograph import AsyncClient, Client, DecodeError, InvalidArgument, Page, Participant, ParticipantListResponse
from tests.client.conftest import Place
from tests.client.faults import Fault, answer, proxy_to

MEMBERS = 7


@pytest.fixture
def crowd(place: Place) -> list[str]:
    """The ids of the users in the group."""
    users = [place.new_user() for _ in range(MEMBERS)]
    for user in users:
        place.client.participants.join_conversation(place.app_id, place.group, user_id=user, subscribe_sdk_client=False)
    return users


def records(place: Place, page: Page | None = None, *, backwards: bool = False) -> list[Participant]:
    """All records of an iteration."""
    return place.client.participants.iter_participants(place.app_id, place.group, page, backwards=backwards).all()


def users(found: list[Participant]) -> list[str]:
    """The user ids of participants."""
    return [one.user_id for one in found]


@pytest.mark.parametrize("size", [1, 3, MEMBERS - 1, MEMBERS, 100])
def test_every_participant_is_yielded_once_in_both_directions(place: Place, crowd: list[str], size: int) -> None:
    assert users(records(place, Page(size=size))) == crowd
    assert users(records(place, Page(size=size), backwards=True)) == crowd[::-1]


def test_messages_from_the_first_and_from_the_last(place: Place) -> None:
    messages = place.client.messages
    said = []
    for number in range(103):
        content = {"type": "text", "text": str(number)}
        posted = messages.post_message(place.app_id, place.group, author={"type": "business"}, content=content)
        said.append(posted.messages[0].id)
    where = (place.app_id, place.group)
    assert [one.id for one in messages.iter_messages(*where)] == said
    assert [one.id for one in messages.iter_messages(*where, backwards=True)] == said[::-1]
    assert [one.id for one in messages.list_messages(*where).messages] == said[3:]
    assert [one.id for one in messages.iter_messages(*where, {"before": said[2]})] == said[1::-1]
    assert [one.id for one in messages.iter_messages(*where, {"after": said[100]})] == said[101:]


def test_an_iteration_starts_at_a_cursor(place: Place, crowd: list[str]) -> None:
    everybody = records(place)
    assert users(records(place, Page(after=everybody[2].id, size=2))) == crowd[3:]
    assert users(records(place, Page(before=everybody[2].id, size=1))) == crowd[:2][::-1]
    assert users(records(place, Page(before=everybody[5].id), backwards=True)) == crowd[:5][::-1]


def test_pages_have_the_size_and_can_be_iterated_again(place: Place, crowd: list[str]) -> None:
    found = place.client.participants.iter_participants(place.app_id, place.group, {"size": 3})
    assert [len(page.participants) for page in found.pages()] == [3, 3, 1]
    assert len(found.all()) == len(found.all()) == MEMBERS
    first = next(iter(found))
    assert first.user_id == crowd[0]


def test_the_async_client_iterates_too(place: Place, crowd: list[str]) -> None:
    async def run() -> list[str]:
        async with AsyncClient(place.url, auth=place.auth) as client:
            found = client.participants.iter_participants(place.app_id, place.group, Page(size=2))
            assert len([page async for page in found.pages()]) == 4
            assert len(await found.all()) == MEMBERS
            return [one.user_id async for one in found]

    assert asyncio.run(run()) == crowd


def test_other_lists_iterate_too(place: Place, crowd: list[str]) -> None:
    listed = place.client.conversations.iter_conversations(place.app_id, user_id=crowd[0], page=Page(size=1))
    assert [one.id for one in listed] == [place.group]
    assert place.client.clients.iter_clients(place.app_id, crowd[0]).all() == []


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("meta", "complaint"),
    [
        ({"hasMore": True, "afterCursor": "c" * 24}, "repeats the cursor"),
        ({"hasMore": True}, "announces a next page without a cursor"),
        ({"hasMore": True, "afterCursor": 7}, "announces a next page without a cursor"),
        ({"afterCursor": "c" * 24}, "repeats the cursor"),
    ],
)
def test_a_broken_server_does_not_cause_an_endless_iteration(place: Place, meta: object, complaint: str) -> None:
    body = {"participants": [{"id": "c" * 24}], "meta": meta}
    with proxy_to(place.url) as proxy, Client(proxy.url) as client:
        proxy.script = [Fault(answer=answer(200, body)) for _ in range(5)]
        with pytest.raises(DecodeError, match=complaint):
            client.participants.iter_participants("app", "conversation").all()
        assert len(proxy.seen) <= 2


def test_a_page_without_meta_or_with_no_list_is_the_last(place: Place) -> None:
    with proxy_to(place.url) as proxy, Client(proxy.url) as client:
        proxy.script = [Fault(answer=answer(200, {"participants": None})), Fault(answer=answer(200, {"meta": 7}))]
        assert client.participants.iter_participants("app", "conversation").all() == []
        assert client.participants.iter_participants("app", "conversation").all() == []


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "page",
    [
        Page(size=0),
        Page(size=101),
        {"size": "10"},
        {"size": True},
        {"after": "short"},
        Page(after="a" * 24, before="b" * 24),
        {"limit": 3},
        7,
    ],
)
def test_an_invalid_page_is_not_sent(place: Place, page: Page) -> None:
    with pytest.raises(InvalidArgument):
        place.client.participants.list_participants(place.app_id, place.group, page)


def test_backwards_after_a_cursor_is_refused(place: Place) -> None:
    with pytest.raises(InvalidArgument, match="backwards cannot be combined"):
        records(place, Page(after="a" * 24), backwards=True)


def test_the_parameters_are_the_documented_ones(place: Place) -> None:
    page = answer(200, {"participants": [], "conversations": [], "meta": {"hasMore": False}})
    with proxy_to(place.url) as proxy, Client(proxy.url) as client:
        proxy.script = [Fault(answer=page) for _ in range(3)]
        found = client.participants.list_participants("app", "c", Page(after="a" * 24, size=7))
        client.conversations.list_conversations("app", {"userExternalId": "a b/é"}, {"before": "b" * 24})
        client.participants.list_participants("app", "c", Page())
        assert isinstance(found, ParticipantListResponse)
        assert proxy.seen == [
            f"GET /v2/apps/app/conversations/c/participants?page%5Bafter%5D={'a' * 24}&page%5Bsize%5D=7",
            f"GET /v2/apps/app/conversations?page%5Bbefore%5D={'b' * 24}&filter%5BuserExternalId%5D=a%20b%2F%C3%A9",
            "GET /v2/apps/app/conversations/c/participants",
        ]


@pytest.mark.one_engine
@pytest.mark.parametrize("given", [{}, {"user_id": "u", "user_external_id": "e"}, {"filter": {"userId": ""}}])
def test_a_filter_must_name_one_user(place: Place, given: dict[str, str]) -> None:
    with pytest.raises(InvalidArgument):
        place.client.conversations.list_conversations(place.app_id, **given)  # type: ignore[arg-type]
    with pytest.raises(InvalidArgument, match="no filter 'user'"):
        place.client.conversations.list_conversations(place.app_id, {"user": "u"})
