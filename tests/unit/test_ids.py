"""Ids: form, order and uniqueness."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from heliograph import ids
from heliograph.wire import times


def test_ids_ascend_and_are_unique() -> None:
    made = [ids.new() for _ in range(50_000)]
    assert made == sorted(set(made))
    assert all(map(ids.is_id, made))


def test_threads_never_create_the_same_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        lists = list(pool.map(lambda _: [ids.new() for _ in range(2000)], range(8)))
    assert len({one for made in lists for one in made}) == 16_000
    assert all(made == sorted(made) for made in lists)


def test_the_first_eight_characters_are_the_second_of_creation() -> None:
    assert abs(int(ids.new()[:8], 16) - time.time()) < 60


def test_ids_ascend_although_the_clock_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ids.new()
    monkeypatch.setattr("time.time_ns", lambda: 1_600_000_000_000_000_000)
    assert ids.new() > before


def test_ids_follow_those_of_an_earlier_process() -> None:
    ahead = f"{int(ids.new(), 16) + (1 << 60):024x}"
    ids.follow(ahead)
    assert ids.new() > ahead
    ids.follow("0" * 24)
    assert ids.new() > ahead


@pytest.mark.parametrize("text", ["", "a" * 23, "a" * 25, "A" * 24, "g" * 24, "a" * 24 + "\n", " " + "a" * 23])
def test_invalid_ids(text: str) -> None:
    assert not ids.is_id(text)


def test_the_text_of_the_time_of_an_id() -> None:
    for milliseconds in (0, 999, 1_700_000_000_000, 1_764_204_137_123, 4_294_967_295_999):
        id = ids.earliest(milliseconds)
        assert times.of_id(id) == times.to_text(ids.milliseconds(id)) == times.to_text(milliseconds)
    assert times.of_id("6ae0a1defff0000000000000").endswith(".999Z"), "ids of other systems may have any digits"
