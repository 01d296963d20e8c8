"""The time for which one request may block the event loop, whatever it contains: the CPU time of the loop's thread,
without the database, and relative to a fixed piece of work, so that the tests do not fail on a slow machine."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from heliograph.domain.richtext import to_text
from heliograph.errors import ApiError
from heliograph.server.http.bodies import BODY_LIMIT
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.sandbox import SANDBOX_TOOLS
from heliograph.wire.validation import decode
from tests.databases import SQLITE, new_database
from tests.robustness.bodies import kinds, places, put
from tests.robustness.inside import Inside, inside

pytestmark = pytest.mark.one_engine
MILLISECONDS = 20
REFERENCE_MILLISECONDS = 5.0
"""The time of `reference` on the machine for which the bound is defined."""
TRIES = 3


OF_SCALARS = ("{}", "letters", "at signs", "a URL", "digits")
"""The names of the `values` that replace a string, a number or a boolean."""


def reference() -> None:
    """A fixed piece of work of the interpreter."""
    sum(number % 7 for number in range(100_000))


def cost(work: Callable[[], object]) -> float:
    """The least CPU time of this thread in several tries, in milliseconds."""
    best = float("inf")
    for _ in range(TRIES):
        began = time.thread_time()
        work()
        best = min(best, (time.thread_time() - began) * 1000)
        if best < MILLISECONDS / 2:
            break
    return best


@pytest.fixture(scope="module")
def bound() -> float:
    """20 ms, scaled to the speed of this machine. As in a server, garbage collection skips the existing objects."""
    gc.collect()
    gc.freeze()
    return MILLISECONDS * max(1.0, cost(reference) / REFERENCE_MILLISECONDS)


def filled(item: str) -> str:
    """An array with as many items as fit into a body."""
    return f"[{','.join([item] * ((BODY_LIMIT - 1_000) // (len(item) + 1)))}]"


def values() -> dict[str, str]:
    """Values that take long to decode, by name."""
    size = BODY_LIMIT - 1_000
    wrong = ",".join(f'"{number:x}":[]' for number in range(size // 10))
    right = ",".join(f'"{number:x}":1' for number in range(size // 9))
    url = "http://" + "a" * 2_039 + " "
    return {
        **{item: filled(item) for item in ("1", "null", "{}", "[]", '""', '{"a":[{}]}', '"\\\\"')},
        "many URLs": filled(json.dumps(url)),
        "many webhooks": filled(json.dumps({"target": url, "triggers": ["*"]})),
        "many wrong members": f"{{{wrong}}}",
        "many members": f"{{{right}}}",
        "letters": json.dumps("a" * size),
        "at signs": json.dumps("@" * size),
        "a URL": json.dumps(url),
        "digits": "9" * size,
    }


def bodies(operation: AnyOperation, seen: set[str]) -> Iterator[tuple[str, bytes]]:
    """The worst bodies of an operation, with a description: one place for each field type that is not in `seen`."""
    mark, long = '"the value"', values()
    for place, kind in places(operation.body.kind):
        if repr(kind) in seen:
            continue
        seen.add(repr(kind))
        around = json.dumps(put({}, place, "the value"))
        holds_others = {"array", "object"} & kinds(kind)
        for name in long if holds_others else OF_SCALARS:
            value = long[name]
            yield f"{operation.name} {place} {name}", around.replace(mark, value).encode()


def test_no_body_blocks_the_loop_while_it_is_decoded(bound: float) -> None:
    seen: set[str] = set()
    for operation in (*OPERATIONS, *EXTENSIONS, *SANDBOX_TOOLS, *CONSOLE_OPERATIONS):
        if operation.body.kind is None:
            continue
        for name, body in bodies(operation, seen):
            assert len(body) <= BODY_LIMIT
            taken = cost(lambda body=body, kind=operation.body.kind: _decode(body, kind))  # type: ignore[misc]
            assert taken <= bound, f"{name} takes {taken:.1f} ms"


def _decode(body: bytes, kind: Any) -> None:
    try:
        decode(body, kind, require_subscribe=True)
    except ApiError:
        pass


RICH = (
    "[", "![", "[a](", "![a](b", "[[a]](", "[a][", "**a", "*a_", "a\n", "\n\n- a", "***a", "a\n=\n", "> ", "`",
    "<a ", "<a/", "<a\n", "<a a", "<a b=", "<a b='", '<a b="', "<!--", "<", "</", "<?", "&#", "<br>",
)  # fmt: skip
PLAIN_ENDS = ("", ">", '">', "-->")


async def _posting(server: Inside, author: dict[str, str], group: str, content: dict[str, str]) -> float:
    said = {"author": author, "content": {"type": "text", **content}}
    body, best = json.dumps(said).encode(), float("inf")
    for _ in range(TRIES):
        began = time.thread_time()
        answer = await server.send("POST", f"/conversations/{group}/messages", body)
        best = min(best, (time.thread_time() - began) * 1000)
        assert answer.status in (201, 400), answer.body
        if best < MILLISECONDS / 4:
            break
    return best


def test_no_rich_text_blocks_the_loop(tmp_path: Path, bound: float) -> None:
    async def go() -> None:
        async with inside(new_database(SQLITE, tmp_path)) as server:
            user = json.loads((await server.send("POST", "/users", b"{}")).body)["user"]["id"]
            members = [{"userId": user, "subscribeSDKClient": False}]
            group = json.dumps({"type": "sdkGroup", "participants": members}).encode()
            made = json.loads((await server.send("POST", "/conversations", group)).body)["conversation"]["id"]
            for unit in RICH:
                long = (unit * 4_096)[:4_090]
                texts = [{"markdownText": long}, {"markdownText": long[:500]}]
                texts += [{"htmlText": long + end} for end in PLAIN_ENDS]
                for content in texts:
                    taken = await _posting(server, {"type": "user", "userId": user}, made, content)
                    assert taken <= bound, f"{list(content)} of {unit!r} takes {taken:.1f} ms"

    asyncio.run(go())


@pytest.mark.parametrize("digits", ["1 ", "123 123 123 123 123 123 1x", "4111 1111 1111 1111x", "1"])
def test_no_masking_of_cards_blocks_the_loop(tmp_path: Path, bound: float, digits: str) -> None:
    async def go() -> None:
        async with inside(new_database(SQLITE, tmp_path)) as server:
            group = json.loads((await server.send("POST", "/conversations", b'{"type":"sdkGroup"}')).body)
            for content in (
                {"type": "text", "text": (digits * 4_096)[:4_096]},
                {"type": "image", "mediaUrl": "https://example.org/a.png", "text": (digits * 90_000)[:90_000]},
            ):
                taken = await _posting(server, {"type": "business"}, group["conversation"]["id"], content)
                assert taken <= bound, f"{content['type']} takes {taken:.1f} ms"

    asyncio.run(go())


@pytest.mark.parametrize("unit", RICH)
def test_html_is_converted_to_plain_text_in_linear_time(unit: str, bound: float) -> None:
    for end in PLAIN_ENDS:
        taken = cost(lambda end=end: to_text((unit * 4_096)[:4_090] + end))  # type: ignore[misc]
        assert taken <= 2 * bound, f"{unit!r} takes {taken:.1f} ms"
