"""Join, leave and list, with bodies in every form."""

from __future__ import annotations

import pytest

from heliograph import (
    Empty,
    InvalidArgument,
    NotAMember,
    Page,
    ParticipantJoinBody,
    ParticipantLeaveBody,
    ParticipantsApi,
)
from tests.client.conftest import Place


def test_joining_and_leaving_by_type_dict_and_keywords(place: Place) -> None:
    participants, where = place.client.participants, (place.app_id, place.group)
    ada, ben, cleo = place.new_user("ada"), place.new_user(), place.new_user()

    by_type = participants.join_conversation(*where, ParticipantJoinBody(user_id=ada, subscribe_sdk_client=True))
    by_api_names = participants.join_conversation(*where, {"userId": ben, "subscribeSDKClient": False})
    by_snake_names = participants.join_conversation(*where, {"user_id": cleo, "subscribe_sdk_client": False})
    assert [one.participant.user_id for one in (by_type, by_api_names, by_snake_names)] == [ada, ben, cleo]
    assert by_type.participant.client_associations[0].type == "sdk"
    again = participants.join_conversation(*where, user_external_id="ada", subscribe_sdk_client=False)
    assert again.participant == by_type.participant

    assert participants.leave_conversation(*where, participant_id=by_type.participant.id) == Empty({})
    participants.leave_conversation(*where, ParticipantLeaveBody(user_id=ben))
    participants.leave_conversation(*where, {"userId": cleo})
    assert place.members() == []
    with pytest.raises(NotAMember):
        participants.leave_conversation(*where, user_id=ben)


def test_a_group_of_operations_can_be_created_from_a_client(place: Place) -> None:
    place.client.participants.join_conversation(
        place.app_id, place.group, user_id=place.new_user(), subscribe_sdk_client=False
    )
    page = ParticipantsApi(place.client).list_participants(place.app_id, place.group, page=Page(size=100))
    assert len(page.participants) == 1
    assert page.meta.has_more is False
    assert page.links is None


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({}, "exactly one of userId, userExternalId is required, none given"),
        ({"userId": "u", "userExternalId": "e"}, "exactly one of userId, userExternalId is required, 2 given"),
        ({"userId": 7}, "userId should be string"),
        ({"userid": "u"}, "has no field 'userid'; did you mean 'user_id'"),
        ({"userId": "u", "user_id": "u"}, "userId is given twice"),
        ({"userId": "u", "subscribeSDKClient": "yes"}, "subscribeSDKClient should be boolean"),
        ({"userId": object()}, "cannot be encoded as JSON"),
        (
            ParticipantLeaveBody(user_id="u"),
            "should be ParticipantJoinBody, a dict or keywords, not ParticipantLeaveBody",
        ),
        ([], "should be ParticipantJoinBody, a dict or keywords, not list"),
    ],
)
def test_an_invalid_body_is_refused_before_anything_is_sent(place: Place, body: object, complaint: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        place.client.participants.join_conversation("no app", "no conversation", body)  # type: ignore[arg-type]
    assert complaint in str(caught.value)


def test_a_body_and_keywords_together_and_unknown_keywords_are_refused(place: Place) -> None:
    where = (place.app_id, place.group)
    with pytest.raises(InvalidArgument, match="a body or keywords, not both: user_id"):
        place.client.participants.join_conversation(*where, {"userId": "u"}, user_id="u")
    with pytest.raises(TypeError, match="userid"):
        place.client.participants.join_conversation(*where, userid="u")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="userid"):
        ParticipantJoinBody(userid="u")  # type: ignore[call-arg]


@pytest.mark.one_engine
@pytest.mark.parametrize("value", ["", None, ".", "..", 7, "\ud800"])
def test_a_value_that_would_change_the_path_is_refused(place: Place, value: object) -> None:
    with pytest.raises(InvalidArgument):
        place.client.users.delete_user(place.app_id, value)  # type: ignore[arg-type]


def test_extensions_are_groups_of_operations(place: Place) -> None:
    ada, ben = place.new_user("ada"), place.new_user("ben")
    contents = place.client.app_contents
    assert [one.id for one in contents.find(place.app_id, q="ada").results or []] == [ada]
    listed = contents.list_app_users(place.app_id, ids=f"{ben},{ada}").users
    assert [one.external_id for one in listed] == ["ben", "ada"]
    assert [one.id for one in contents.iter_app_conversations(place.app_id)] == [place.group]
