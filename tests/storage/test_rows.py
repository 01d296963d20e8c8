"""The set-based statements of a transaction, and keyset pages."""

from __future__ import annotations

import pytest

from heliograph import ids
from heliograph.storage import paging
from heliograph.storage.engine import Lock, Row, Tx
from heliograph.storage.paging import slice_of
from heliograph.storage.store import Store
from heliograph.wire.paging import Page
from tests.storage.conftest import Run

TABLE = "CREATE TABLE thing (owner TEXT, id TEXT, value INTEGER, PRIMARY KEY (owner, id))"


def test_insert_fetch_update_and_delete_take_sets(run: Run) -> None:
    async def work(tx: Tx) -> list[list[tuple[object, ...]]]:
        await tx.execute(TABLE)
        await tx.insert("thing", ("owner", "id", "value"), [("a", "1", 1), ("a", "2", 2), ("b", "1", 3)])
        found = [sorted(map(tuple, await tx.get_many("thing", ("id", "value"), ("owner",), [("a",), ("c",)])))]
        await tx.update("thing", ("value",), ("owner", "id"), [(10, "a", "1"), (30, "b", "1"), (0, "c", "9")])
        found.append(sorted(map(tuple, await tx.rows("SELECT owner, value FROM thing WHERE value >= $1", 10))))
        await tx.delete("thing", ("owner", "id"), [("a", "1"), ("b", "1"), ("c", "1")])
        found.append([tuple(row) for row in await tx.rows("SELECT owner, id FROM thing")])
        return found

    async def go(store: Store) -> list[list[tuple[object, ...]]]:
        return await store.write(work)

    assert run(go) == [[("1", 1), ("2", 2)], [("a", 10), ("b", 30)], [("a", "2")]]


@pytest.mark.parametrize("size", [31, 32, 33, 100])
def test_many_rows_are_inserted_and_found(run: Run, size: int) -> None:
    """The rows have columns with one value, with a value in some rows, and with different values."""
    rows = [("a", f"{number:03}", number % 2 or None, None, 7) for number in range(size)]
    columns = ("owner", "id", "value", "absent", "shared")

    async def work(tx: Tx) -> list[Row]:
        await tx.execute(TABLE.replace("PRIMARY", "absent TEXT, shared INTEGER, PRIMARY"))
        await tx.insert("thing", columns, rows)
        keys = [("a", f"{number:03}") for number in range(size + 1)]
        return [tuple(row) for row in await tx.get_many("thing", columns, columns[:2], keys, lock=Lock.KEEP)]

    async def go(store: Store) -> list[Row]:
        return await store.write(work)

    assert sorted(run(go), key=tuple) == rows


@pytest.mark.parametrize("size", [1, 2, 3, 9, 10, 11])
def test_pages_know_whether_records_precede_and_follow(run: Run, size: int) -> None:
    names = [ids.new() for _ in range(10)]
    cursors = [*names, ids.new()]
    wanted = [Page(size=size), *(Page(after=one, size=size) for one in cursors)]
    wanted += [Page(before=one, size=size) for one in cursors]

    async def pages(tx: Tx) -> list[tuple[list[str], bool, bool]]:
        await tx.execute(TABLE)
        await tx.insert("thing", ("owner", "id", "value"), [("a", one, 0) for one in names] + [("b", ids.new(), 0)])
        found = []
        for page in wanted:
            got = await slice_of(tx, ("id",), "thing WHERE owner = $1", ("a",), page)
            found.append(([row[0] for row in got.records], got.precedes, got.follows))
        return found

    async def go(store: Store) -> list[tuple[list[str], bool, bool]]:
        return await store.write(pages)

    first, *others = run(go)
    assert first == (names[:size], False, size < 10)
    for at, (after, before) in enumerate(zip(others[:11], others[11:], strict=True)):
        following, preceding = names[at + 1 :], names[:at]
        assert after == (following[:size], bool(following), len(following) > size), at
        assert before == (preceding[-size:], len(preceding) > size, at < 10 and bool(preceding)), at


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_filter_examines_a_bounded_number_of_rows_and_continues_from_there(
    run: Run, monkeypatch: pytest.MonkeyPatch, *, backwards: bool, newest_first: bool
) -> None:
    monkeypatch.setattr(paging, "ROWS_EXAMINED", 4)
    names = [ids.new() for _ in range(30)]
    wanted = [name for number, name in enumerate(names) if number in (0, 1, 2, 13, 14, 29)]
    if newest_first:
        wanted.reverse()

    async def pages(tx: Tx) -> list[list[str]]:
        await tx.execute(TABLE)
        rows = [("a", name, int(name in wanted)) for name in names]
        await tx.insert("thing", ("owner", "id", "value"), rows)
        end = ids.FIRST if newest_first else ids.LAST
        found, page = [], Page(before=end, size=2) if backwards else Page(size=2)
        while True:
            things = ("id",), "thing WHERE owner = $1", ("a",)
            got = await paging.filtered_slice_of(tx, *things, "value = $2", (1,), page, newest_first=newest_first)
            found.append([row[0] for row in got.records])
            assert not got.records or backwards or newest_first or got.precedes == (got.records[0][0] != wanted[0])
            if not (got.precedes if backwards else got.follows):
                return found
            cursor = (got.first if backwards else got.last) or found[-1][0 if backwards else -1]
            page = Page(before=cursor, size=2) if backwards else Page(after=cursor, size=2)

    async def go(store: Store) -> list[list[str]]:
        return await store.write(pages)

    found = run(go)
    assert len(found) < 14
    assert [one for page in (found[::-1] if backwards else found) for one in page] == wanted
