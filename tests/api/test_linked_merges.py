"""Users without an external id are merged when the same address is linked to both (clients.8)."""

from __future__ import annotations

import pytest

from tests.api.end_users import EndUser
from tests.api.event_records import events_of
from tests.api.linking import Links, set_outcome
from tests.harness import Caller, error_of


@pytest.mark.parametrize("how", ["immediate", "outcome", "act"])
def test_users_of_the_same_address_are_merged(api: Caller, how: str) -> None:
    guest = Links(api, api.new_user(profile={"givenName": "Ada"}))
    guest.link("immediate")
    (older,) = guest.listed()
    ada = Links(api, api.new_user(), integration=guest.integration)
    new = ada.link({"immediate": "immediate", "outcome": "prompt", "act": "userActivity"}[how])
    if how == "outcome":
        assert set_outcome(api, ada.user, new["id"], "confirmed")["id"] == older["id"]
    if how == "act":
        assert EndUser(api, ada.user).say(ada.conversation, clientId=new["id"])["author"]["userId"] == ada.user
    assert error_of(api("GET", f"/users/{guest.user}")) == (404, "user_not_found", "User not found")
    assert api.ok("GET", f"/users/{ada.user}")["user"]["profile"] == {"givenName": "Ada"}
    (client,) = [one for one in ada.listed() if one["type"] == "twilio"]
    assert {**client, "lastSeen": 0} == {**older, "lastSeen": 0}
    assert ada.associated() == [older["id"]]
    assert ada.associated(guest.conversation) == [older["id"]]
    found = api.ok("GET", "/conversations", params={"filter[userId]": ada.user})["conversations"]
    assert {one["id"] for one in found} == {ada.conversation, guest.conversation}
    (merge,) = [one.payload for one in events_of(api) if one.type == "user:merge"]
    assert merge["reason"] == "channelLinking"
    assert [merge["mergedUsers"][name]["id"] for name in ("surviving", "discarded")] == [ada.user, guest.user]
    assert [merge["mergedClients"][name]["id"] for name in ("surviving", "discarded")] == [older["id"], new["id"]]
    # The address is linked to the surviving user: another user's link takes it over.
    bob = Links(api, api.new_user("bob"), integration=guest.integration)
    bob.link("immediate")
    assert [one for one in ada.listed() if one["type"] == "twilio"] == []


def test_a_merge_moves_linked_addresses_and_devices(api: Caller) -> None:
    ada, guest = Links(api, api.new_user("ada")), Links(api, api.new_user())
    guest.link("immediate")
    visitor = EndUser(api, guest.user)
    owner = EndUser(api, ada.user)
    visitor.register("phone")
    login = f"/heliograph/v1/apps/{api.app_id}/users/{guest.user}/login"
    assert api.ok("POST", login, {"externalId": "ada"})["user"]["id"] == ada.user
    devices = {one["guid"]: one for one in api.ok("GET", f"/users/{ada.user}/devices")["devices"]}
    assert devices.keys() == {"browser", "phone"}
    assert devices["browser"]["id"] == owner.device["id"]
    assert {one["clientId"] for one in devices.values()} == {owner.device["clientId"]}
    (channel,) = [one for one in ada.listed() if one["type"] == "twilio"]
    # The address still belongs to the client: another user's link takes it over.
    Links(api, api.new_user("bob"), integration=guest.integration).link("immediate")
    assert [one for one in ada.listed() if one["type"] == "twilio"] == []
    removed = [one.payload for one in events_of(api) if one.type == "client:remove"]
    assert [(one["reason"], one["client"]["id"]) for one in removed] == [("theft", channel["id"])]
