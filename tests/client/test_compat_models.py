"""The models of `heliograph.compat`, in the forms of all releases."""

from __future__ import annotations

import copy
import datetime
import pickle
from typing import Any

import pytest
from heliograph.compat.model.message_post import MessagePost  # type: ignore[import-not-found]  # created when imported

from heliograph.compat import models as official
from heliograph.compat.api_client import ApiClient
from heliograph.compat.exceptions import ApiAttributeError, ApiTypeError, ApiValueError
from heliograph.compat.undefined import Undefined

MESSAGE = {
    "id": "m1",
    "received": "2026-01-01T00:00:00.000Z",
    "author": {"type": "user", "userId": "u1"},
    "content": {
        "type": "carousel",
        "items": [{"title": "One", "actions": [{"type": "link", "text": "Read", "uri": "https://example.org"}]}],
    },
    "source": {"type": "sdk", "client": {"id": "c1", "type": "sdk"}},
    "quotedMessage": {"type": "externalMessageId", "externalMessageId": "e1"},
    "metadata": {"a_b": 1},
    "newField": {"x": 1},
}


def test_the_ways_to_create_a_body() -> None:
    by_keyword = official.UserCreateBody(external_id="ada", profile=official.Profile(given_name="Ada"))
    loose: Any = official.UserCreateBody
    by_api_name = loose(externalId="ada", profile=official.Profile(given_name="Ada"))
    by_position = official.UserCreateBody("ada", None, None, official.Profile("Ada"))
    step_by_step = official.UserCreateBody()
    step_by_step.external_id = "ada"
    step_by_step.profile = official.Profile()
    step_by_step.profile.given_name = "Ada"
    from_dict = official.UserCreateBody.from_dict({"externalId": "ada", "profile": {"givenName": "Ada"}})
    from_json = official.UserCreateBody.from_json(by_keyword.to_json())
    expected = {"externalId": "ada", "profile": {"givenName": "Ada"}}
    for body in (by_keyword, by_api_name, step_by_step, from_dict, from_json):
        assert body.to_dict() == expected
        assert body == by_keyword
    assert {name: one for name, one in by_position.to_dict().items() if one is not None} == expected
    assert by_keyword != official.UserUpdateBody.from_dict(expected)
    assert by_keyword != expected
    assert repr(by_keyword) == "UserCreateBody(external_id='ada', profile=Profile(given_name='Ada'))"
    assert (by_keyword.brand_id, by_api_name.externalId) == (None, "ada")


def test_unknown_fields_are_named_in_errors() -> None:
    loose: Any = official.ParticipantJoinBody
    with pytest.raises(ApiTypeError, match="ParticipantJoinBody has no field 'userid'; did you mean 'user_id'"):
        loose(userid="x")
    with pytest.raises(ApiTypeError, match="3 fields, 4 given"):
        loose(1, 2, 3, 4)
    body = loose(user_id="x", local_vars_configuration=None, subscribe_sdk_client=Undefined())
    assert body.to_dict() == {"userId": "x"}
    for misuse in (lambda: body.userid, lambda: setattr(body, "userid", "x")):
        with pytest.raises(ApiAttributeError, match="did you mean"):
            misuse()
    with pytest.raises(ApiValueError, match="needs a dict, not list"):
        official.ParticipantJoinBody.from_dict([])  # type: ignore[arg-type]


def test_reading_a_message() -> None:
    message: Any = official.Message.from_dict(MESSAGE)
    assert message.received == "2026-01-01T00:00:00.000Z"
    # Releases before 17 have the fields of all kinds on the content itself, release 17 on the object in it.
    carousel = message.content.actual_instance
    assert isinstance(message.content, official.Content)
    assert isinstance(carousel, official.CarouselMessage)
    assert message.content.type == carousel.type == "carousel"
    assert message.content.text is carousel.text is None
    assert message.content.media_url is None
    assert message.content.items[0].actions[0].uri == "https://example.org"
    assert isinstance(carousel.items[0].actions[0].actual_instance, official.Link)
    with pytest.raises(ApiAttributeError):
        message.content.medium  # noqa: B018
    assert message.source.client.type is official.ClientType.SDK
    assert message.quoted_message.external_message_id == "e1"
    assert message.new_field == message.newField == {"x": 1}
    assert message.to_dict() == MESSAGE
    shown = message.to_dict()
    assert shown["quoted_message"]["external_message_id"] == "e1"
    assert shown["metadata"] == {"a_b": 1}
    assert shown["deleted"] is None
    with pytest.raises(KeyError):
        shown["delted"]
    assert message == pickle.loads(pickle.dumps(message)) == copy.deepcopy(message)
    assert "'externalMessageId': 'e1'" in message.to_str()


def test_unknown_kinds_and_fields_are_kept() -> None:
    hologram = {"type": "hologram", "rays": 7}
    message: Any = official.Message.from_dict({**MESSAGE, "content": hologram, "author": "?", "source": None})
    assert (message.content.actual_instance, message.content.type, message.content.rays) == (None, "hologram", 7)
    assert (message.author, message.source) == ("?", None)
    assert message.to_dict()["content"] == hologram
    client: Any = official.Client.from_dict({"type": "carrier pigeon"})
    assert client.type == "carrier pigeon"
    integration: Any = official.Integration.from_dict({"type": "pigeon", "status": "active", "coop": 1})
    assert (type(integration), integration.coop) == (official.Integration, 1)
    assert type(official.Integration.from_dict({"type": "custom"})) is official.Custom


def test_choices_between_kinds() -> None:
    text = official.TextMessage(type="text", text="Hello")
    around = official.Content(text)
    assert around.actual_instance is text
    assert official.Content(around).actual_instance is text
    assert official.Content(actual_instance=text) == around
    around.text = "Bye"
    assert text.text == "Bye"
    merged = official.Content(type="text", text="Bye")
    assert merged.to_dict() == around.to_dict()
    assert merged == around
    assert merged.actual_instance == text
    merged.actual_instance.text = "Later"
    assert merged.to_dict() == {"type": "text", "text": "Later"}
    around.actual_instance = official.FileMessage(type="file", media_url="u")
    assert around.to_dict() == {"type": "file", "mediaUrl": "u"}
    for wrong in (official.Profile(), "text", 7):
        with pytest.raises(ApiValueError, match="Content needs one of CarouselMessage"):
            official.Content(wrong)

    leaving = official.ParticipantLeaveBody(participant_id="p")
    assert isinstance(leaving.actual_instance, official.ParticipantLeaveBodyParticipantId)
    assert official.ParticipantLeaveBody().actual_instance is None
    both: Any = official.MessageOverride(apple={"payload": {}}, line={"payload": {}})
    assert both.actual_instance is None
    assert both.to_dict() == {"apple": {"payload": {}}, "line": {"payload": {}}}
    named = official.ParticipantSubSchema.from_dict({"userExternalId": "e1", "subscribeSDKClient": True})
    assert named.to_dict() == {"userExternalId": "e1", "subscribeSDKClient": True}
    assert isinstance(named.actual_instance, official.ParticipantWithUserExternalId)


def test_events_of_webhooks() -> None:
    payload = {"conversation": {"id": "c", "type": "personal"}, "message": MESSAGE}
    event: Any = official.ConversationMessageEvent.from_dict(
        {"id": "e", "type": "conversation:message", "createdAt": "2026-01-01T00:00:00.000Z", "payload": payload}
    )
    assert event.payload.conversation.type is official.ConversationType.PERSONAL
    assert isinstance(event.payload.message, official.MessageWebhook)
    assert event.payload.message.author.user_id == "u1"


def test_dumps_of_release_17() -> None:
    body = official.ParticipantSubSchema(official.ParticipantWithUserId(user_id="u"))
    nested = official.ConversationCreateBody(type="sdkGroup", participants=[body])
    assert nested.model_dump(exclude_none=True) == {"type": "sdkGroup", "participants": [{"user_id": "u"}]}
    assert nested.model_dump(by_alias=True)["participants"] == [{"userId": "u", "subscribeSDKClient": None}]
    assert nested.model_dump()["display_name"] is None


def test_aliases_and_reserved_words() -> None:
    assert official.Field is official.ModelField
    assert official.InlineObject is official.GetTokenRequest
    loose: Any = MessagePost
    assert loose(var_schema="whatsapp").to_dict() == loose(schema="whatsapp").to_dict() == {"schema": "whatsapp"}
    assert MessagePost.attribute_map["schema"] == "schema"
    assert official.Participant.openapi_types["unread_count"] == "int"


def test_models_become_json_data() -> None:
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    body = official.ConversationCreateBody(
        type=official.ConversationType.SDKGROUP,
        participants=[official.ParticipantWithUserId(user_id="u")],
        metadata={"at": moment, "none": None},
    )
    assert ApiClient().sanitize_for_serialization([body]) == [
        {
            "type": "sdkGroup",
            "participants": [{"userId": "u"}],
            "metadata": {"at": "2026-01-01T00:00:00+00:00", "none": None},
        }
    ]
