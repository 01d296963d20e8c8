"""Code written for the official library runs with its import lines changed."""

from __future__ import annotations

from pathlib import Path
from pprint import pformat

import pytest

import heliograph.compat as sunshine_conversations_client
from heliograph import InvalidArgument
from heliograph.compat import ApiException, NotFoundException
from tests.client.conftest import Place
from tests.harness import Caller


@pytest.fixture
def configuration(api: Caller) -> sunshine_conversations_client.Configuration:
    """As the documentation sets it up."""
    assert api.auth is not None
    return sunshine_conversations_client.Configuration(host=api.url, username=api.auth[0], password=api.auth[1])


def test_the_documented_example_of_join(
    place: Place, configuration: sunshine_conversations_client.Configuration
) -> None:
    app_id, conversation_id, user_id = place.app_id, place.group, place.new_user()
    with sunshine_conversations_client.ApiClient(configuration) as api_client:
        api_instance = sunshine_conversations_client.ParticipantsApi(api_client)
        participant_join_body = sunshine_conversations_client.ParticipantJoinBody(
            user_id=user_id, subscribe_sdk_client=True
        )
        try:
            api_response = api_instance.join_conversation(app_id, conversation_id, participant_join_body)
        except ApiException as e:
            pytest.fail(f"Exception when calling ParticipantsApi->join_conversation: {e}\n")
    assert user_id in pformat(api_response)
    assert api_response.participant.client_associations[0].type == "sdk"


def test_the_documented_example_of_list(
    place: Place, configuration: sunshine_conversations_client.Configuration
) -> None:
    place.client.participants.join_conversation(
        place.app_id, place.group, user_id=place.new_user("ada"), subscribe_sdk_client=False
    )
    app_id, conversation_id = place.app_id, place.group
    with sunshine_conversations_client.ApiClient(configuration) as api_client:
        api_instance = sunshine_conversations_client.ParticipantsApi(api_client)
        page = sunshine_conversations_client.Page()
        try:
            api_response = api_instance.list_participants(app_id, conversation_id, page=page)
        except ApiException as e:
            pytest.fail(f"Exception when calling ParticipantsApi->list_participants: {e}\n")
        assert [one.user_external_id for one in api_response.participants] == ["ada"]
        assert api_response.meta.has_more is False
        sized = api_instance.list_participants(app_id, conversation_id, sunshine_conversations_client.Page(size=1))
        assert sized.to_dict() == api_response.to_dict()


@pytest.mark.parametrize("wrapped", [True, False])
def test_the_documented_example_of_leave(
    place: Place, configuration: sunshine_conversations_client.Configuration, wrapped: bool
) -> None:
    user_id = place.new_user()
    place.client.participants.join_conversation(place.app_id, place.group, user_id=user_id, subscribe_sdk_client=False)
    app_id, conversation_id = place.app_id, place.group
    with sunshine_conversations_client.ApiClient(configuration) as api_client:
        api_instance = sunshine_conversations_client.ParticipantsApi(api_client)
        participant_leave_body: object = sunshine_conversations_client.ParticipantLeaveBodyUserId(user_id=user_id)
        if wrapped:
            participant_leave_body = sunshine_conversations_client.ParticipantLeaveBody(participant_leave_body)  # type: ignore[arg-type]
        try:
            api_response = api_instance.leave_conversation(app_id, conversation_id, participant_leave_body)
        except ApiException as e:
            pytest.fail(f"Exception when calling ParticipantsApi->leave_conversation: {e}\n")
        assert api_response.to_dict() == {}
        with pytest.raises(NotFoundException) as caught:
            api_instance.leave_conversation(app_id, conversation_id, participant_leave_body=participant_leave_body)
    error = caught.value
    assert (error.status, error.reason) == (404, "Not Found")
    assert error.body == '{"errors":[{"code":"not_found","title":"User is not a member of the conversation"}]}'
    assert error.data["errors"][0]["code"] == "not_found"
    assert error.headers is not None
    assert error.headers["x-request-id"]
    assert "Reason: Not Found" in str(error)


def test_users_conversations_and_app_keys(
    place: Place, configuration: sunshine_conversations_client.Configuration, account: Caller
) -> None:
    api_client = sunshine_conversations_client.ApiClient(configuration)
    users = sunshine_conversations_client.UsersApi(api_client)
    body = sunshine_conversations_client.UserCreateBody(
        externalId="ben", profile=sunshine_conversations_client.Profile(given_name="Ben"), metadata={"k": 1}
    )
    assert body.external_id == body.externalId == "ben"
    assert body.brand_id is None
    user = users.create_user(place.app_id, body).user
    users.update_user(place.app_id, "ben", sunshine_conversations_client.UserUpdateBody(metadata={"k": None}))
    response = users.get_user_with_http_info(place.app_id, user_id_or_external_id="ben", _request_timeout=(1, 5))
    assert (response.status_code, response.data.user.metadata) == (200, {})
    assert response.data.user.profile.given_name == "Ben"

    conversations = sunshine_conversations_client.ConversationsApi(api_client)
    member = sunshine_conversations_client.ParticipantSubSchema(
        sunshine_conversations_client.ParticipantWithUserExternalId(userExternalId="ben", subscribeSDKClient=False)
    )
    made = conversations.create_conversation(
        place.app_id,
        conversation_create_body=sunshine_conversations_client.ConversationCreateBody.from_dict(
            {"type": "sdkGroup", "participants": [member], "displayName": None}
        ),
    )
    found = conversations.list_conversations(
        place.app_id, sunshine_conversations_client.ConversationListFilter(user_id=user.id), page={"size": 5}
    )
    assert [one.id for one in found.conversations] == [made.conversation.id]

    assert account.auth is not None
    configuration.username, configuration.password = account.auth
    keys = sunshine_conversations_client.AppKeysApi(api_client)
    key = keys.create_app_key(place.app_id, sunshine_conversations_client.AppKeyCreateBody(display_name="CI")).key
    assert key.id in {one.id for one in keys.list_app_keys(place.app_id).keys}
    keys.delete_app_key(place.app_id, key.id)
    api_client.close()
    with pytest.raises(ApiException) as caught:
        keys.list_app_keys(place.app_id)
    assert caught.value.status == 0


def test_what_is_misspelt_is_said_and_not_dropped(
    place: Place, configuration: sunshine_conversations_client.Configuration
) -> None:
    with sunshine_conversations_client.ApiClient(configuration) as api_client:
        api = sunshine_conversations_client.ParticipantsApi(api_client)
        with pytest.raises(InvalidArgument, match="did you mean 'user_id'"):
            api.join_conversation(
                place.app_id, place.group, sunshine_conversations_client.ParticipantJoinBody(userid="x")
            )
        with pytest.raises(AttributeError, match="ParticipantsApi has no method 'joyn'"):
            api.joyn()


def test_a_token_goes_before_user_name_and_password() -> None:
    configuration = sunshine_conversations_client.Configuration(username="a", password="b", debug=True)
    assert configuration.header(0) == "Basic YTpi"
    configuration.access_token = "t"
    assert configuration.header(0) == "Bearer t"
    assert Path(sunshine_conversations_client.__file__).parent.name == "compat"
