"""Typical code of users, which type checkers must accept. This module is never run."""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

import httpx

from heliograph import (
    ApiError,
    AsyncClient,
    Attempt,
    BasicAuth,
    BearerAuth,
    Client,
    ConversationNotFound,
    ConversationResponse,
    JwtAuth,
    Page,
    Participant,
    ParticipantJoinBody,
    ParticipantLeaveBody,
    ParticipantListResponse,
    ParticipantResponse,
    ParticipantsApi,
    RateLimited,
    User,
    webhooks,
)
from heliograph.models import User as SameUser


def sync_code(app_id: str, conversation_id: str) -> None:
    client = Client("http://127.0.0.1:8080", auth=BasicAuth(username="app_x", password="y"))
    answer = client.participants.join_conversation(
        app_id, conversation_id, ParticipantJoinBody(user_id="u", subscribe_sdk_client=True)
    )
    assert_type(answer, ParticipantResponse)
    assert_type(answer.participant.id, str)
    assert_type(answer.participant.last_read, datetime | None)
    assert_type(answer.participant.client_associations[0].type, str)
    client.participants.join_conversation(app_id, conversation_id, {"userId": "u"})
    client.participants.join_conversation(app_id, conversation_id, user_external_id="ada", subscribe_sdk_client=False)
    client.participants.leave_conversation(app_id, conversation_id, ParticipantLeaveBody(participant_id="p"))
    client.participants.leave_conversation(app_id, conversation_id, participant_id="p")
    page = client.participants.list_participants(app_id, conversation_id, page=Page(size=100))
    assert_type(page, ParticipantListResponse)
    assert_type(page.participants, list[Participant])
    assert_type(page.meta.has_more, bool)
    for participant in client.participants.iter_participants(app_id, conversation_id, Page(after="x"), backwards=False):
        assert_type(participant, Participant)
    for each in client.participants.iter_participants(app_id, conversation_id).pages():
        assert_type(each, ParticipantListResponse)
    made = client.conversations.create_conversation(
        app_id, type="sdkGroup", participants=[{"userId": "u"}, ParticipantJoinBody(user_external_id="ada")]
    )
    assert_type(made, ConversationResponse)
    client.conversations.update_conversation(
        app_id, conversation_id, display_name=None, metadata={"k": 1, "gone": None}
    )
    assert_type(client.users.get_user(app_id, "ada", brand_id="b").user, User)
    assert_type(client.users.get_user(app_id, "ada").user, SameUser)
    ParticipantsApi(client).list_participants(app_id, conversation_id)


def errors(client: Client) -> float | None:
    try:
        client.apps.get_app("a")
    except ConversationNotFound as error:
        assert_type(error.title, str)
    except RateLimited as error:
        return error.retry_after
    except ApiError as error:
        assert_type(error.status, int)
        assert_type(error.errors[0].code, str)
        assert_type(error.request_id, str | None)
    return None


def options(client: Client) -> Client:
    def report(attempt: Attempt) -> None:
        assert_type(attempt.pause, float | None)

    with Client(auth=JwtAuth(key_id="k", secret="s", scope="app"), on_attempt=report, proxy="http://p") as other:
        other.apps.list_apps()
    Client(auth=BearerAuth(lambda: "token"), transport=httpx.HTTPTransport(retries=1))
    return client.with_options(timeout=5, max_retries=0, headers={"X-Team": "blue"})


async def async_code(app_id: str, conversation_id: str) -> list[str]:
    async with AsyncClient(auth=BasicAuth("k", "s")) as client:
        answer = await client.participants.join_conversation(app_id, conversation_id, user_id="u")
        assert_type(answer, ParticipantResponse)
        found = client.participants.iter_participants(app_id, conversation_id)
        return [participant.user_id async for participant in found]


def receive(headers: dict[str, str], body: bytes) -> str | None:
    for event in webhooks.receive(headers, body, secret="s").events:
        match event:
            case webhooks.ConversationJoinEvent():
                assert_type(event.payload.user.external_id, str | None)
            case _:
                return event.type
    return None
