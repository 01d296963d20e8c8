"""Reading is tolerant: unexpected and missing values in a response do not raise errors."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from heliograph import Model, Participant, ParticipantListResponse, ParticipantResponse
from heliograph.client.model import fields_of
from tests.cases import each
from tests.client.conftest import Place

KNOWN: dict[str, Any] = {
    "id": "a" * 24,
    "userId": "b" * 24,
    "unreadCount": 3,
    "clientAssociations": [{"type": "sdk", "clientId": "c" * 24}],
    "lastRead": "2031-05-06T07:08:09.123Z",
}


def kinds(base: type[Model] = Model) -> Iterator[type[Model]]:
    """All models of the package. Two of them have names that `heliograph` uses for other classes."""
    for kind in base.__subclasses__():
        if kind.__module__.startswith("heliograph."):
            yield kind
            yield from kinds(kind)


KINDS = sorted(set(kinds()), key=lambda kind: kind.__name__)


def test_known_fields_are_typed() -> None:
    participant = Participant(KNOWN)
    assert participant.last_read == datetime(2031, 5, 6, 7, 8, 9, 123000, UTC)
    assert participant["lastRead"] == "2031-05-06T07:08:09.123Z"
    assert participant.client_associations[0].client_id == "c" * 24
    assert participant.user_external_id is None
    assert participant.unread_count == 3


def test_unknown_fields_are_kept() -> None:
    participant = Participant({**KNOWN, "clientAssociations": [{"type": "hologram"}], "newField": {"x": 1}})
    assert participant.client_associations[0].type == "hologram"
    assert participant["newField"] == {"x": 1}
    assert participant.new_field == {"x": 1}  # type: ignore[attr-defined]
    assert participant.newField == {"x": 1}  # type: ignore[attr-defined]
    assert "newField" in participant
    assert "newField={'x': 1}" in repr(participant)
    with pytest.raises(AttributeError, match="Participant has no field 'nothing'"):
        participant.nothing  # type: ignore[attr-defined]  # noqa: B018


def test_there_are_many_models() -> None:
    assert {kind.__name__ for kind in KINDS} >= {"Attempt", "Client", "Participant", "ParticipantListResponse"}
    assert len(KINDS) > 180


@each(KINDS)
def test_no_value_of_any_field_makes_reading_raise(kind: type[Model]) -> None:
    values: list[Any] = [None, 7, "text", [], [None], {}, True, 1.5, [{"type": 1}], "2031-13-45"]
    for value in values:
        read_all(kind, value)


def read_all(kind: type[Model], value: Any) -> None:
    """Read every field of a response in which all fields have this value."""
    answer = kind({field.name: value for field in fields_of(kind).values()})
    for name in fields_of(kind):
        getattr(answer, name)
    assert repr(answer)
    assert repr(kind({}))
    assert all(getattr(kind({}), name) is None for name in fields_of(kind))


def test_times_without_an_offset_are_utc_and_invalid_times_stay_text() -> None:
    assert Participant({"lastRead": "2031-05-06T07:08:09"}).last_read == datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert str(Participant({"lastRead": "yesterday"}).last_read) == "yesterday"


def test_models_are_values() -> None:
    one, same, other = Participant(KNOWN), Participant(dict(KNOWN)), Participant({**KNOWN, "unreadCount": 4})
    assert one == same
    assert one != other
    assert one != KNOWN
    assert pickle.loads(pickle.dumps(one)) == one
    assert copy.deepcopy(one) == one
    assert one.to_dict() == KNOWN
    assert one.to_dict() is not KNOWN
    assert one.client_associations is one.client_associations
    with pytest.raises(AttributeError, match="read-only"):
        one.id = "x"
    with pytest.raises(TypeError):
        iter(one)  # type: ignore[call-overload]


def test_the_raw_response_is_available(place: Place) -> None:
    answer = place.client.participants.list_participants(place.app_id, place.group)
    assert answer.raw_response is not None
    assert answer.raw_response.status == 200
    assert answer.raw_response.headers["content-type"] == "application/json"
    assert answer.raw_response.content.startswith(b"{")
    assert answer == ParticipantListResponse({"participants": [], "meta": {"hasMore": False}})
    assert pickle.loads(pickle.dumps(answer)).raw_response is None
    assert ParticipantResponse({}).participant is None
