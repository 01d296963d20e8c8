"""Recorded requests are found by a text in any form in which a request can contain it."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import msgspec
import pytest

from heliograph.domain.recorded_texts import finder
from heliograph.storage.rows.mentions import ExaminedRequest

TEXT = 'Ada "Lovelace" Ünïc\\de'


def request(path: str = "/", sent: str = "", received: str = "") -> ExaminedRequest:
    return ExaminedRequest("", path, sent, received)


def recorded(body: str) -> str:
    """A body that is not JSON, in its recorded form."""
    return msgspec.json.encode({"body": body}).decode()


@pytest.mark.parametrize(
    "found",
    [
        request(f"/users/{quote(TEXT, safe='')}"),
        request(f"/users?q={quote(TEXT)}"),
        request(sent=msgspec.json.encode({"name": TEXT}).decode()),
        request(received=json.dumps({"name": f"about {TEXT} and others"})),
        request(sent=recorded(f"not JSON: {TEXT}")),
        request(sent=recorded(json.dumps({"name": TEXT}) + ",")),
        *(request(sent=base64.b64encode(f"{'x' * number}{TEXT}, etc.".encode()).decode()) for number in range(4)),
    ],
)
def test_long_texts(found: ExaminedRequest) -> None:
    """Long texts are found inside other texts."""
    assert finder([TEXT])(found)
    assert not finder(["Augusta King"])(found)


def test_short_texts() -> None:
    """Short texts are found as whole values only, so that `ada` does not find Canada."""
    mentions = finder(["ada"])
    assert mentions(request(sent='{"externalId":"ada"}'))
    assert mentions(request("/v2/apps/1/users/ada"))
    assert mentions(request("/v2/apps/1/conversations?filter[userExternalId]=ada"))
    assert not mentions(request(sent='{"displayName":"Canada"}'))
    assert not mentions(request("/v2/apps/1/conversations?filter[userExternalId]=adam"))
