"""External ids of every length and script, on both engines."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import quote

import httpx

from tests.harness import Caller, error_of


def create(api: Caller, **body: Any) -> httpx.Response:
    """CreateUser."""
    return api("POST", "/users", body)


def test_an_external_id_of_any_characters_may_be_1024_long(api: Caller) -> None:
    """Also characters of 3 and 4 bytes, incompressible for an index; lookups distinguish long ids."""
    dice = random.Random(1)
    ranges = (range(0x61, 0x7B), range(0x4E00, 0x9FA0), range(0x1F300, 0x1F600))
    for letters in ranges:
        long = "".join(chr(dice.choice(letters)) for _ in range(1024))
        other = long[:-1] + ("a" if long[-1] != "a" else "b")
        made = [api.new_user(one, brandId="7" * 24) for one in (long, other)]
        assert error_of(create(api, externalId=long, brandId="7" * 24)) == (409, "conflict", "User already exists")
        group = api.new_group()
        for external_id, user_id in zip((long, other), made, strict=True):
            user = api.ok("GET", f"/users/{quote(external_id)}")["user"]
            assert (user["id"], user["externalId"]) == (user_id, external_id)
            joined = api.ok(
                "POST",
                f"/conversations/{group}/join",
                {"userExternalId": external_id, "subscribeSDKClient": False},
            )["participant"]
            assert (joined["userId"], joined["userExternalId"]) == (user_id, external_id)
        api.leave(group, userExternalId=long)
        assert [one["userExternalId"] for one in api.participants(group)] == [other]
        assert api("DELETE", f"/users/{made[0]}").status_code == 200
        assert create(api, externalId=long, brandId="7" * 24).status_code == 201
