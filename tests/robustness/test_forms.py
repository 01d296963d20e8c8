"""Fuzzing the form of GetToken and the query of Authorize: no server errors, only OAuth errors."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.api.oauth import CALLBACK, Partner
from tests.harness import Caller
from tests.robustness.answers import post, sound

pytestmark = pytest.mark.one_engine
BOUNDED = settings(
    max_examples=120,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
FORM = "application/x-www-form-urlencoded"
VALUES = st.text(max_size=20) | st.sampled_from(["\0", "é", "\U0001f600", " ", "x" * 5000, "a\r\nb", "%00", "[]", "{}"])
PIECES = st.sampled_from(
    ["&", "=", "%", "%0", "%FF", "%00", "+", ";", "code", "grant_type", "client_id", "é", "\0", "[]"]
)


@pytest.fixture
def partner(account: Caller) -> Partner:
    """An OAuth client."""
    return Partner(account)


def test_forms(account: Caller, api: Caller, partner: Partner) -> None:
    whole = partner.request(partner.code(api))
    statuses: set[int] = set()
    fields = st.dictionaries(st.sampled_from(list(whole)), VALUES, min_size=1)
    mutated = fields.map(lambda changes: urlencode({**whole, **changes}))
    pieces = st.lists(PIECES, max_size=12).map("".join)

    @BOUNDED
    @given(content=mutated.map(str.encode) | pieces.map(str.encode) | st.binary(max_size=60))
    def run(content: bytes) -> None:
        answer = post(Caller(account.url, None, http=account.http), "POST", "/oauth/token", content, FORM)
        assert answer.headers["cache-control"] == "no-store"
        statuses.add(answer.status)

    run()
    assert statuses == {400, 401}
    assert partner.exchange(whole["code"]).status_code == 200  # no invalid request has used the code


def test_queries_of_authorize(api: Caller, partner: Partner) -> None:
    whole = {"client_id": partner.client_id, "response_type": "code", "redirect_uri": CALLBACK, "state": "s"}
    statuses: set[int] = set()
    fields = st.dictionaries(st.sampled_from([*whole, "app_id"]), VALUES, min_size=1)
    dropped = st.sets(st.sampled_from(list(whole)))

    @BOUNDED
    @given(changes=fields, without=dropped)
    def run(changes: dict[str, str], without: set[str]) -> None:
        query = {name: value for name, value in {**whole, **changes}.items() if name not in without}
        for auth in (api.auth, None):
            answer = api("GET", "/oauth/authorize", params=query, auth=auth)
            statuses.add(answer.status_code)
            if answer.status_code == 302:
                location = answer.headers["location"]
                assert location.startswith((f"{CALLBACK}?", f"{api.url}/")), location
                assert location.isascii()
                assert location.isprintable()
            else:
                sound(answer)

    run()
    assert statuses == {302, 400, 403}
