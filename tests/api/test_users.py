"""CreateUser, GetUser, UpdateUser and DeleteUserPersonalInformation. The rules are in docs/behaviour.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.api.event_records import event_types, events_of
from tests.api.importing import add_client
from tests.harness import Caller, error_of, new_app, titles_of

UNKNOWN = "0123456789abcdef01234567"
NO_USER = (404, "user_not_found", "User not found")
TOO_MUCH = (400, "bad_request", "User metadata is limited to 4096 bytes in size.")
ID = re.compile(r"[0-9a-f]{24}")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
PROFILE = {
    "givenName": "Ada",
    "surname": "Lovelace",
    "email": "ada@example.invalid",
    "avatarUrl": "https://example.invalid/ada.png",
    "locale": "en-GB",
}
BOTH_NAMES = pytest.mark.parametrize("named", [lambda user_id: user_id, lambda user_id: "ada"], ids=["id", "external"])
Named = Callable[[str], str]
NAMES = [
    "two words", "%2F", "a/b", "/", "//", "é", "😀", "what?", "a#b", "a+b", "..", ".", "%", "100%", "%zz", "a%20b",
    "a&b=c", ";,:@$!'()*", "personalinformation", "\\", "\n", "ünï/cödé?x=1#y", "x" * 1024,
]  # fmt: skip


def create(caller: Caller, **body: Any) -> httpx.Response:
    """Try to create a user."""
    return caller("POST", "/users", body)


def escaped(text: str) -> str:
    """The text with every byte percent-encoded, including dots."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


def test_create(api: Caller) -> None:
    """201; unset fields are left out; the external id is optional."""
    before = datetime.now(UTC)
    answer = create(api)
    assert answer.status_code == 201
    user = answer.json()["user"]
    assert ID.fullmatch(user["id"])
    assert user == {
        "id": user["id"],
        "authenticated": False,
        "signedUpAt": user["signedUpAt"],
        "profile": {},
        "metadata": {},
        "identities": [],
    }
    assert TIME.fullmatch(user["signedUpAt"])
    assert abs(datetime.fromisoformat(user["signedUpAt"]) - before) < timedelta(seconds=5)


def test_create_with_everything(api: Caller) -> None:
    """CreateUser and GetUser return the given values; unknown profile keys are ignored."""
    metadata = {"text": "é", "whole": 3, "real": 1.5, "yes": True, "no": False}
    given = {"externalId": "ada", "brandId": "360", "toBeRetained": True, "metadata": metadata}
    signed_up_at = "2020-05-21T15:53:30.197Z"
    answer = create(api, **given, signedUpAt=signed_up_at, profile={**PROFILE, "shoeSize": 7})
    assert answer.status_code == 201
    user = answer.json()["user"]
    shown = {"id": user["id"], "authenticated": False, "identities": []}
    assert user == {**shown, **given, "signedUpAt": signed_up_at, "profile": PROFILE}
    assert api.ok("GET", f"/users/{user['id']}") == {"user": user}


def test_create_with_nulls(api: Caller) -> None:
    """On create, null means absent for every optional field, and unknown keys are ignored."""
    names = ("externalId", "brandId", "signedUpAt", "toBeRetained", "profile", "metadata", "unknown")
    user = create(api, **dict.fromkeys(names)).json()["user"]
    assert set(user) == {"id", "authenticated", "signedUpAt", "profile", "metadata", "identities"}
    inner = create(api, profile=dict.fromkeys(PROFILE), metadata={"key": None}).json()["user"]
    assert (inner["profile"], inner["metadata"]) == ({}, {})


def test_ids_ascend(api: Caller) -> None:
    """Ids are in the order of creation."""
    ids = [api.new_user() for _ in range(20)]
    assert ids == sorted(set(ids))


def test_duplicate_external_id(api: Caller, account: Caller) -> None:
    """409, whatever else is given; another app may use the same external id."""
    ada = api.new_user("ada")
    assert error_of(create(api, externalId="ada", metadata={"a": 1})) == (409, "conflict", "User already exists")
    assert api.ok("GET", "/users/ada")["user"]["id"] == ada
    assert create(new_app(account), externalId="ada").status_code == 201


def test_external_ids_differ_in_case(api: Caller) -> None:
    """External ids are compared as they are: letter case, accents and trailing spaces count."""
    names = ["ada", "Ada", "ada ", "àda", "a\u0300da"]
    assert len({api.new_user(name) for name in names}) == len(names)


def test_brands(api: Caller) -> None:
    """An external id is unique within its brand; brandId selects the brand."""
    plain = api.new_user("ada")
    one, two = api.new_user("ada", brandId="1"), api.new_user("ada", brandId="2")
    assert error_of(create(api, externalId="ada", brandId="2")) == (409, "conflict", "User already exists")
    assert api.ok("GET", "/users/ada")["user"]["id"] == plain
    assert api.ok("GET", "/users/ada?brandId=1")["user"]["id"] == one
    assert api.ok("GET", "/users/ada?brandId=2")["user"] == api.ok("GET", f"/users/{two}")["user"]
    assert error_of(api("GET", "/users/ada?brandId=3")) == NO_USER


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2020-05-21T15:53:30Z", "2020-05-21T15:53:30.000Z"),
        ("2020-05-21T15:53:30.1978Z", "2020-05-21T15:53:30.197Z"),
        ("2020-05-21T01:00:00.5+02:00", "2020-05-20T23:00:00.500Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_signed_up_at(api: Caller, given: str, shown: str) -> None:
    """Any ISO 8601 time with an offset; shown in UTC with milliseconds."""
    assert create(api, signedUpAt=given).json()["user"]["signedUpAt"] == shown
    user = api.new_user()
    assert api.ok("PATCH", f"/users/{user}", {"signedUpAt": given})["user"]["signedUpAt"] == shown


@pytest.mark.parametrize("given", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_signed_up_at_beyond_the_calendar(api: Caller, given: str) -> None:
    """A time outside the years 1 to 9999 in UTC is refused, and no user is created."""
    assert create(api, externalId="ada", signedUpAt=given).status_code == 400
    assert error_of(api("GET", "/users/ada")) == NO_USER


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("body", "title"),
    [
        ({"externalId": ""}, "externalId should NOT be shorter than 1 characters"),
        ({"externalId": "x" * 1025}, "externalId should NOT be longer than 1024 characters"),
        ({"externalId": 5}, "externalId should be string"),
        ({"brandId": "x" * 25}, "brandId should NOT be longer than 24 characters"),
        ({"signedUpAt": "yesterday"}, "signedUpAt should be an ISO 8601 time with its offset"),
        ({"signedUpAt": "2020-05-21T15:53:30"}, "signedUpAt should be an ISO 8601 time with its offset"),
        ({"signedUpAt": 1590076410}, "signedUpAt should be string"),
        ({"toBeRetained": "true"}, "toBeRetained should be boolean"),
        ({"profile": []}, "profile should be object"),
        ({"profile": {"givenName": ""}}, "profile.givenName should NOT be shorter than 1 characters"),
        ({"profile": {"surname": "x" * 129}}, "profile.surname should NOT be longer than 128 characters"),
        ({"profile": {"locale": 1}}, "profile.locale should be string"),
        ({"metadata": []}, "metadata should be object"),
        ({"metadata": {"key": {}}}, "metadata.key should be string or number or boolean"),
        ({"metadata": {"key": [1]}}, "metadata.key should be string or number or boolean"),
    ],
)
def test_refused_bodies(api: Caller, body: dict[str, Any], title: str) -> None:
    """Each field on create, and on update if the body has it."""
    assert titles_of(create(api, **body)) == [title]
    if not {"externalId", "brandId"} & set(body):
        assert titles_of(api("PATCH", f"/users/{api.new_user()}", body)) == [title]


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "profile",
    [
        {"email": "nobody"},
        {"email": "ada@example.invalid\n"},
        {"avatarUrl": "no url"},
        {"avatarUrl": "ada.png"},
        {"avatarUrl": "https://example.invalid/\n"},
    ],
)
def test_refused_profiles(api: Caller, profile: dict[str, str]) -> None:
    """Email addresses and URLs must be well-formed."""
    (title,) = titles_of(create(api, profile=profile))
    assert title.startswith(f"profile.{next(iter(profile))} should match")


def test_several_violations(api: Caller) -> None:
    """requests.3: an error for each violation."""
    answer = create(api, externalId="", profile={"givenName": 1, "locale": ""}, metadata={"a": [], "b": 1})
    assert titles_of(answer) == [
        "externalId should NOT be shorter than 1 characters",
        "profile.givenName should be string",
        "profile.locale should NOT be shorter than 1 characters",
        "metadata.a should be string or number or boolean",
    ]


@pytest.mark.parametrize("fill", ["x" * 4088, "é" * 2044])
def test_metadata_limit(api: Caller, fill: str) -> None:
    """Up to 4096 bytes of JSON in UTF-8."""
    user_id = api.new_user(metadata={"k": fill})
    assert api.ok("GET", f"/users/{user_id}")["user"]["metadata"] == {"k": fill}
    assert error_of(create(api, metadata={"k": fill + "x"})) == TOO_MUCH
    assert error_of(api("PATCH", f"/users/{user_id}", {"metadata": {"kk": "x"}})) == TOO_MUCH
    assert api.ok("GET", f"/users/{user_id}")["user"]["metadata"] == {"k": fill}


@BOTH_NAMES
def test_get(api: Caller, named: Named) -> None:
    """By id and by external id."""
    ada = api.new_user("ada")
    answer = api("GET", f"/users/{named(ada)}")
    assert answer.status_code == 200
    assert (answer.json()["user"]["id"], answer.json()["user"]["externalId"]) == (ada, "ada")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("who", [UNKNOWN, "nobody", "%00", "%FF", "%2E%2E"])
def test_unknown(api: Caller, account: Caller, method: str, who: str) -> None:
    """requests.2: 404, even for values that no id can have."""
    assert error_of(api(method, f"/users/{who}", {} if method == "PATCH" else None)) == NO_USER
    stranger = new_app(account).new_user("ada")
    for name in (stranger, "ada"):
        assert error_of(api(method, f"/users/{name}", {} if method == "PATCH" else None)) == NO_USER


@pytest.mark.parametrize("name", NAMES)
def test_external_ids_in_paths(api: Caller, name: str) -> None:
    """An external id may hold any character: percent-encoded it is one segment of the path."""
    user_id = api.new_user(name)
    path = f"/users/{escaped(name)}"
    assert api.ok("GET", path)["user"]["id"] == user_id
    assert api.ok("PATCH", path, {"metadata": {"seen": True}})["user"]["externalId"] == name
    assert api.ok("GET", f"{path}/clients")["clients"] == []
    assert api.ok("DELETE", f"{path}/personalinformation")["user"]["metadata"] == {}
    assert api.ok("DELETE", path) == {}
    assert error_of(api("GET", path)) == NO_USER


def test_plus_is_itself_in_paths(api: Caller) -> None:
    """A plus sign in a path is not a space."""
    ada = api.new_user("a+b")
    api.new_user("a b")
    assert api.ok("GET", "/users/a+b")["user"]["id"] == ada


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_id_takes_precedence(api: Caller, method: str) -> None:
    """users.3: an id takes precedence over another user's equal external id."""
    first = api.new_user()
    second = api.new_user(first)
    api.ok(method, f"/users/{first}", {"metadata": {"hit": True}} if method == "PATCH" else None)
    other = api.ok("GET", f"/users/{second}")["user"]
    assert (other["id"], other["externalId"], other["metadata"]) == (second, first, {})
    assert api.ok("GET", f"/users/{first}")["user"]["id"] == (second if method == "DELETE" else first)


@BOTH_NAMES
def test_update(api: Caller, named: Named) -> None:
    """Only the given fields change; profile and metadata are merged key by key; null clears a profile key."""
    ada = api.new_user("ada", profile=PROFILE, metadata={"a": 1, "b": 2}, toBeRetained=True)
    change = {"profile": {"surname": "King", "email": None}, "metadata": {"b": "two"}, "toBeRetained": False}
    answer = api("PATCH", f"/users/{named(ada)}", change)
    assert answer.status_code == 200
    user = answer.json()["user"]
    profile = {key: value for key, value in PROFILE.items() if key != "email"}
    assert user["profile"] == {**profile, "surname": "King"}
    assert user["metadata"] == {"a": 1, "b": "two"}
    assert user["toBeRetained"] is False
    assert api.ok("GET", f"/users/{ada}") == answer.json()


@pytest.mark.parametrize("body", [{}, {"profile": None}, {"externalId": "bob", "id": UNKNOWN, "brandId": "1"}])
def test_update_of_nothing(api: Caller, body: dict[str, Any]) -> None:
    """The external id cannot be changed; missing fields stay."""
    ada = api.new_user("ada", profile=PROFILE, metadata={"a": 1})
    before = api.ok("GET", f"/users/{ada}")
    assert api.ok("PATCH", "/users/ada", body) == before
    assert api.ok("GET", f"/users/{ada}") == before


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"c": True}, {"a": 1, "b": "x", "c": True}),
        ({"a": 2}, {"a": 2, "b": "x"}),
        ({"a": None}, {"b": "x"}),
        ({"a": None, "b": None, "d": None}, {}),
        ({}, {"a": 1, "b": "x"}),
        (None, {}),
    ],
)
def test_update_of_metadata(api: Caller, change: Any, expected: dict[str, Any]) -> None:
    """metadata.1: merged key by key; a null value removes its key; null removes all keys."""
    ada = api.new_user(metadata={"a": 1, "b": "x"})
    assert api.ok("PATCH", f"/users/{ada}", {"metadata": change})["user"]["metadata"] == expected
    assert api.ok("GET", f"/users/{ada}")["user"]["metadata"] == expected


def test_update_writes_one_event(api: Caller) -> None:
    """`user:update`; creating a user writes no event."""
    ada = api.new_user("ada")
    api.ok("PATCH", "/users/ada", {"metadata": {"a": 1}})
    (event,) = events_of(api)
    assert (event.type, event.user_id, event.conversation_id) == ("user:update", ada, None)
    user = {"id": ada, "authenticated": False, "externalId": "ada"}
    assert event.payload == {"user": user, "source": {"type": "api"}}


@BOTH_NAMES
def test_delete_personal_information(api: Caller, named: Named) -> None:
    """The profile, the metadata and the personal fields of clients are deleted; the user and the conversations stay."""
    ada = api.new_user("ada", profile=PROFILE, metadata={"a": 1}, signedUpAt="2020-05-21T15:53:30.197Z")
    group = api.new_group(ada)
    before, client_id = api.ok("GET", f"/users/{ada}")["user"], "aaaaaaaaaaaaaaaaaaaaaaaa"
    add_client(api, ada, client_id)
    answer = api("DELETE", f"/users/{named(ada)}/personalinformation")
    assert answer.status_code == 200
    assert answer.json() == {"user": {**before, "profile": {}, "metadata": {}}}
    assert api.ok("GET", "/users/ada") == answer.json()
    (client,) = api.ok("GET", "/users/ada/clients")["clients"]
    assert set(client) == {"id", "type", "status", "linkedAt"}
    assert [one["userId"] for one in api.participants(group)] == [ada]
    assert event_types(api) == ["conversation:create", "user:update"]


def test_delete_personal_information_of_unknown_user(api: Caller) -> None:
    """404."""
    assert error_of(api("DELETE", f"/users/{UNKNOWN}/personalinformation")) == NO_USER
