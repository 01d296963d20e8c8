"""The filters of GET /heliograph/v1/apps/{appId}/users and …/conversations."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.sandbox import extension
from tests.api.test_listings import FIRST, LAST, ids_of, listed, walked
from tests.harness import Caller, error_of, new_app, titles_of


@pytest.fixture
def own(account: Caller) -> Caller:
    """A caller with the key of a fresh app."""
    return new_app(account)


def refused(api: Caller, noun: str, **params: Any) -> list[str]:
    """The titles of the errors of a refused request."""
    return titles_of(api("GET", extension(api, f"/{noun}"), params=params))


def check_pages(api: Caller, noun: str, expected: list[str], **params: Any) -> None:
    """Check that a list has these ids, given newest first, in both orders and directions, with pages of 1 and 2."""
    for sort, order, end in (("newest", expected, FIRST), ("oldest", expected[::-1], LAST)):
        assert ids_of(api, noun, sort=sort, **params) == order
        for size in (1, 2):
            asked = {"sort": sort, "page[size]": size, **params}
            assert walked(api, noun, "next", **asked) == order
            assert walked(api, noun, "prev", **asked, **{"page[before]": end}) == order


def test_users_by_the_beginning_of_a_name(own: Caller, account: Caller) -> None:
    """listings.5"""
    other = new_app(account)
    other.new_user(profile={"givenName": "Ada"})
    ada = own.new_user("ada", profile={"givenName": "Ada", "surname": "Lovelace"})
    adam = own.new_user(profile={"givenName": "ADAM"})
    love = own.new_user(profile={"surname": "Love"})
    quote = own.new_user(profile={"givenName": 'A "quoted" ÄÖ', "email": "a@example.org"})
    own.new_user()
    own.new_user(profile={"email": "ada@example.org"})
    for text, expected in (
        ("ada", [adam, ada]),
        ("LOVE", [love, ada]),
        ("Ada L", [ada]),
        ("ada lovelace", [ada]),
        ("a", [quote, adam, ada]),
        ('a "quo', [quote]),
        ('a "quoted" Ä', [quote]),
        ('a "quoted" ä', []),
        ("lovelace ada", []),
        ("%", []),
    ):
        assert ids_of(own, "users", **{"filter[name]": text}) == expected, text
    check_pages(own, "users", [adam, ada], **{"filter[name]": "ada"})
    (found,) = listed(own, "users", **{"filter[name]": "ada l"})["users"]
    assert found == own.ok("GET", "/users/ada")["user"]
    assert refused(own, "users", **{"filter[name]": ""}) == ["filter[name] should NOT be empty"]


def test_names_and_metadata_follow_changes(own: Caller) -> None:
    """listings.5, listings.7"""
    ada = own.new_user(profile={"givenName": "Ada", "surname": "Byron"}, metadata={"plan": "gold", "seats": 3})

    def found() -> dict[str, bool]:
        asked = {
            "Ada": {"filter[name]": "ada"},
            "Byron": {"filter[name]": "byron"},
            "King": {"filter[name]": "king"},
            "gold": {"filter[metadata.plan]": "gold"},
            "silver": {"filter[metadata.plan]": "silver"},
            "seats": {"filter[metadata.seats]": "3"},
        }
        return {name: ids_of(own, "users", **params) == [ada] for name, params in asked.items()}

    assert [name for name, yes in found().items() if yes] == ["Ada", "Byron", "gold", "seats"]
    own.ok("PATCH", f"/users/{ada}", {"profile": {"surname": "King"}, "metadata": {"plan": "silver"}})
    assert [name for name, yes in found().items() if yes] == ["Ada", "King", "silver", "seats"]
    own.ok("PATCH", f"/users/{ada}", {"metadata": {"seats": None}})
    assert [name for name, yes in found().items() if yes] == ["Ada", "King", "silver"]
    own.ok("DELETE", f"/users/{ada}/personalinformation")
    assert not any(found().values())
    own.ok("PATCH", f"/users/{ada}", {"profile": {"givenName": "Ada"}, "metadata": {"plan": "gold"}})
    assert [name for name, yes in found().items() if yes] == ["Ada", "gold"]
    own.ok("DELETE", f"/users/{ada}")
    assert ids_of(own, "users", **{"filter[name]": "ada"}) == []
    assert ids_of(own, "users", **{"filter[metadata.plan]": "gold"}) == []


def test_users_by_external_id_and_by_conversation(own: Caller, account: Caller) -> None:
    """listings.6"""
    people = [own.new_user(name) for name in ("ada", "Ada", "ada lovelace")]
    branded = own.new_user("ada", brandId="brand")
    check_pages(own, "users", [branded, people[0]], **{"filter[externalId]": "ada"})
    assert ids_of(own, "users", **{"filter[externalId]": "ad"}) == []
    group = own.new_group()
    for user in (people[2], people[0], people[1]):
        own.join(group, user)
    check_pages(own, "users", [people[1], people[0], people[2]], **{"filter[conversationId]": group})
    assert ids_of(own, "users", **{"filter[conversationId]": own.new_group()}) == []
    for unknown in (FIRST, new_app(account).new_group()):
        answer = own("GET", extension(own, "/users"), params={"filter[conversationId]": unknown})
        assert error_of(answer)[:2] == (404, "conversation_not_found")


@pytest.mark.parametrize("noun", ["users", "conversations"])
def test_by_a_key_of_metadata(own: Caller, account: Caller, noun: str) -> None:
    """listings.7"""
    make = Caller.new_user if noun == "users" else Caller.new_group
    make(new_app(account), metadata={"plan": "gold"})
    gold = [make(own, metadata={"plan": "gold", "n": number}) for number in range(5)]
    others = [make(own, metadata={"plan": "Gold", "key.with.dots": "a]b"}), make(own), make(own, metadata={"n": "2"})]
    special = make(own, metadata={"yes": True, "share": 1.5, "long": "x" * 3000, "empty": ""})
    check_pages(own, noun, gold[::-1], **{"filter[metadata.plan]": "gold"})
    for name, value, expected in (
        ("plan", "Gold", [others[0]]),
        ("plan", "gol", []),
        ("n", "2", [others[2], gold[2]]),
        ("key.with.dots", "a]b", [others[0]]),
        ("yes", "true", [special]),
        ("share", "1.5", [special]),
        ("long", "x" * 3000, [special]),
        ("long", "x" * 2999, []),
        ("empty", "", [special]),
        ("no key", "x", []),
    ):
        assert ids_of(own, noun, **{f"filter[metadata.{name}]": value}) == expected, name
    assert ids_of(own, noun, **{"filter[metadata][plan]": "Gold"}) == [others[0]]
    page = listed(own, noun, **{"filter[metadata.key.with.dots]": "a]b"})
    assert "incomplete" not in page


def test_conversations_by_name_and_by_user(own: Caller, account: Caller) -> None:
    """listings.5, listings.6"""
    ada = own.new_user("ada")
    crew = own.new_group(ada, displayName="Crew")
    night = own.new_group(displayName="crew at night")
    own.new_group(displayName="The crew")
    personal = own.new_personal(ada)
    check_pages(own, "conversations", [night, crew], **{"filter[name]": "CREW"})
    check_pages(own, "conversations", [personal, crew], **{"filter[userId]": ada})
    (found, _) = listed(own, "conversations", **{"filter[name]": "crew"})["conversations"]
    assert found == own.ok("GET", extension(own, f"/conversations/{night}"))["conversation"]
    own.ok("PATCH", f"/conversations/{crew}", {"displayName": "Day", "metadata": {"shift": "day"}})
    assert ids_of(own, "conversations", **{"filter[name]": "crew"}) == [night]
    assert ids_of(own, "conversations", **{"filter[metadata.shift]": "day"}) == [crew]
    own.ok("PATCH", f"/conversations/{crew}", {"metadata": None})
    assert ids_of(own, "conversations", **{"filter[metadata.shift]": "day"}) == []
    answer = own("GET", extension(own, "/conversations"), params={"filter[userId]": new_app(account).new_user()})
    assert error_of(answer)[:2] == (404, "user_not_found")
    own.ok("PATCH", f"/conversations/{night}", {"metadata": {"shift": "night"}})
    own.ok("DELETE", f"/conversations/{night}")
    for params in ({"filter[name]": "crew"}, {"filter[metadata.shift]": "night"}):
        assert ids_of(own, "conversations", **params) == []


def test_filters_that_no_index_supports_are_refused(own: Caller) -> None:
    """listings.8"""
    several = (
        "only one of filter[name], filter[externalId], filter[conversationId], filter[metadata.KEY] can be given, "
        "because no index has several of them"
    )
    for params in (
        {"filter[name]": "a", "filter[externalId]": "b"},
        {"filter[metadata.a]": "a", "filter[metadata.b]": "b"},
    ):
        assert refused(own, "users", **params) == [several]
    both = {"filter[name]": "a", "filter[userId]": "b"}
    assert refused(own, "conversations", **both)[0].startswith("only one of filter[name], filter[userId], ")
    by_activity = {"filter[name]": "a", "sort": "activity"}
    assert refused(own, "conversations", **by_activity) == ["sort=activity cannot be combined with filters"]
    ids = {"filter[ids]": "a", "filter[name]": "b"}
    assert refused(own, "users", **ids) == ["filter[ids] cannot be combined with other filters"]
