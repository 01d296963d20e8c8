"""External ids of every length and script, on both engines."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import quote

import httpx

from tests.harness import Caller, error_of


def create(api: Caller, **body: Any) -> httpx.Response:
    """Call CreateUser."""
    return api("POST", "/users", body)


def test_external_ids_have_up_to_1024_characters_of_any_script(api: Caller) -> None:
    """Including characters of 3 and 4 bytes, which an index cannot compress; lookups distinguish long ids."""
    dice = random.Random(1)
    ranges = (range(0x61, 0x7B), range(0x4E00, 0x9FA0), range(0x1F300, 0x1F600))
    for letters in ranges:
        long = "".join(chr(dice.choice(letters)) for _ in range(1024))
        other = long[:-1] + ("a" if long[-1] != "a" else "b")
        user_ids = [api.new_user(one, brandId="7" * 24) for one in (long, other)]
        assert error_of(create(api, externalId=long, brandId="7" * 24)) == (409, "conflict", "User already exists")
        group = api.new_group()
        for external_id, user_id in zip((long, other), user_ids, strict=True):
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
        assert api("DELETE", f"/users/{user_ids[0]}").status_code == 200
        assert create(api, externalId=long, brandId="7" * 24).status_code == 201
