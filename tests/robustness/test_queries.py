"""Query strings: every encoding that clients send, and invalid ones."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from heliograph.wire.operations import AnyOperation
from tests.cases import each
from tests.harness import Caller
from tests.robustness.answers import Answer, ask, sound
from tests.security.calls import MISSING, OFFERED, path_of
from tests.security.worlds import SHARED, World, new_world

INVALID = [("bad_request", "Invalid page query parameters")]
ID = "6ae0a1c4b3f10001a7d25e90"
BOUNDED = settings(
    max_examples=100,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
pytestmark = pytest.mark.one_engine
paged = pytest.mark.parametrize("operation", [one for one in OFFERED if one.paged], ids=lambda one: one.name)


@pytest.fixture(scope="module")
def lists(account: Caller) -> World:
    """An app whose lists the tests read."""
    return new_world(account, "Lists")


def get(world: World, operation: AnyOperation, query: str) -> Answer:
    """Read a list with this raw query string."""
    required = f"filter[userId]={world.users['ada']}&" if operation.has_filter("userId") else ""
    return sound(ask(world.owner, "GET", f"{path_of(operation, **world.ids())}?{required}{query}"))


GOOD = [
    "",
    "&&&",
    "page[size]=1",
    "page%5Bsize%5D=1",
    "page%5bsize%5d=1",
    "%70age[size]=1",
    "page[size]=01",
    "page[size]=100",
    'page={"size":1}',
    'page={"size":"1"}',
    "page=%7B%22size%22%3A1%7D",
    "page=%7B%22size%22%3A+1+%7D",
    "page={}",
    'page={"after":null,"before":null,"size":null}',
    f'page={{"after":"{ID}","size":2}}',
    f"page[after]={ID}",
    f"page[before]={ID}&page[size]=1",
]


@paged
@each(GOOD)
def test_supported_encodings(query: str, lists: World, operation: AnyOperation) -> None:
    assert get(lists, operation, query).status == 200


UNKNOWN = [
    "=",
    "foo",
    "foo=%00",
    "page[unknown]=1&page[size]=1",
    "page[]=1",
    "pages[size]=0",
    "Page[size]=0",
    "page[size]=1&unknown[size]=0",
]


@paged
@each(UNKNOWN)
def test_unknown_parameters(query: str, lists: World, operation: AnyOperation) -> None:
    """Only operations of the official API ignore them."""
    assert get(lists, operation, query).status == (400 if operation.is_extension else 200)


BAD = [
    "page={:size=>10}",
    "page=%7B%3Asize%3D%3E10%7D",
    "page=1",
    "page=",
    "page",
    "page=null",
    'page=["size"]',
    'page="size"',
    'page={"size":10',
    'page={"size":[1]}',
    'page={"size":{}}',
    'page={"size":1e400}',
    'page={"size":1.5}',
    'page={"size":true}',
    'page={"size":"\\ud800"}',
    'page={"size":99999999999999999999999999999999}',
    'page={"size":' + "9" * 6000 + "}",
    "page=" + "[" * 3000,
    'page={"size":1,"size":0}',
    "page=%00",
    "page[size",
    "page[size=1",
    "page[size]x=1",
    "page[=1",
    "page[size]=",
    "page[size]",
    "page[size]=0",
    "page[size]=101",
    "page[size]=-1",
    "page[size]=+1",
    "page[size]=%201",
    "page[size]=1%00",
    "page[size]=1%0A",
    "page[size]=1.0",
    "page[size]=1e1",
    "page[size]=0x1",
    "page[size]=1_0",
    "page[size]=ten",
    "page[size]=%D9%A1",
    "page[size]=" + "9" * 6000,
    "page[size]=1&page[size]=2",
    "page[size]=1&page%5Bsize%5D=1",
    'page[size]=1&page={"size":1}',
    f"page[after]={ID}&page[before]={ID}",
    "page[after]=",
    "page[after]=x",
    f"page[after]={ID[:-1]}",
    f"page[after]={ID}0",
    f"page[after]={ID.upper()}",
    f"page[after]={ID}%0A",
    f"page[after]=%20{ID}",
    f"page[before]={'g' * 24}",
    f"page[before]={'%D9%A1' * 24}",
    "page[before]=" + "a" * 6000,
]


@paged
@each(BAD, lambda query: query[:40])
def test_pages_that_are_refused(query: str, lists: World, operation: AnyOperation) -> None:
    answer = get(lists, operation, query.replace("101", str(operation.largest_page + 1)))
    assert (answer.status, answer.errors) == (400, INVALID)


@paged
@each(["page[size]=%FF", "page=%C3%28", "%FF", "a=%ED%A0%80", "page[after]=%80"])
def test_queries_that_are_not_text(query: str, lists: World, operation: AnyOperation) -> None:
    answer = get(lists, operation, query)
    assert (answer.status, answer.errors[0][0]) == (400, "bad_request")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("filter[userId]=<id>", 200),
        ("filter%5BuserId%5D=<id>", 200),
        ('filter={"userId":"<id>"}', 200),
        ("filter=%7B%22userId%22%3A%22<id>%22%7D", 200),
        ("filter[userExternalId]=<external>", 200),
        ("filter[userId]=<id>&filter[unknown]=x", 200),
        ("", 400),
        ("filter", 400),
        ("filter=<id>", 400),
        ("filter={:userId=>1}", 400),
        ("filter[userId]=<id>&filter[userId]=<id>", 400),
        ("filter[userId]=<id>&filter[userExternalId]=<external>", 400),
        ('filter={"userId":["<id>"]}', 400),
        ("filter[unknown]=<id>", 400),
        ("filter[userId]=", 404),
        ("filter[userId]=%00", 404),
        ("filter[userId]=<id>%00", 404),
        ("filter[userExternalId]=%F0%9F%98%80", 404),
        ("filter[userExternalId]=" + "x" * 6000, 404),
        ('filter={"userId":1}', 404),
    ],
    ids=lambda one: str(one)[:40],
)
def test_filters(lists: World, query: str, status: int) -> None:
    query = query.replace("<id>", lists.users["ada"]).replace("<external>", SHARED)
    answer = sound(ask(lists.api, "GET", f"/conversations?{query}"))
    assert answer.status == status, answer.body


def test_brands(lists: World) -> None:
    for brand in ("", "x", "%00", "x" * 6000, "%F0%9F%98%80", "a&brandId=b"):
        assert sound(ask(lists.api, "GET", f"/users/{MISSING}?brandId={brand}")).status == 404
    assert sound(ask(lists.api, "GET", f"/users/{lists.users['ada']}?brandId=nobody")).status == 200


@pytest.mark.parametrize("encoded", [True, False], ids=["percent-encoded", "as they are"])
def test_any_text(lists: World, encoded: bool) -> None:
    alphabet = st.characters(codec="utf-8") if encoded else st.sampled_from([*map(chr, range(0x21, 0x7F))])
    word = st.text(alphabet, max_size=12)
    key = (
        st.sampled_from(["page", "page[size]", "page[after]", "filter", "filter[userId]", "filter[", "brandId"]) | word
    )
    value = st.sampled_from(["1", "{}", '{"size":', ID]) | word
    statuses: set[int] = set()

    @BOUNDED
    @given(pairs=st.lists(st.tuples(key, value), max_size=4))
    def run(pairs: list[tuple[str, str]]) -> None:
        quoted = [(quote(name), quote(text)) if encoded else (name, text) for name, text in pairs]
        query = "&".join(f"{name}={text}" for name, text in quoted).replace("#", "")
        for path in ("/conversations", f"/conversations/{lists.group}/participants", "/users/ada/clients"):
            statuses.add(sound(ask(lists.api, "GET", f"{path}?{query}")).status)

    run()
    assert statuses <= {200, 400, 404}
    assert {200, 400} <= statuses


def test_a_query_that_is_too_long(lists: World) -> None:
    operation = next(one for one in OFFERED if one.name == "ListIntegrations")
    assert get(lists, operation, "a=b&" * 2000).status == 200
    for long in ("a=b&" * 2049, "%25" * 2731):
        answer = get(lists, operation, long)
        assert (answer.status, answer.errors) == (400, [("bad_request", "Query string is limited to 8192 bytes")])
