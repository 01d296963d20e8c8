"""A program for the official library gets the same results from that library and from ours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.compat.official import INSTALLED
from tests.harness import Caller

ROOT = Path(__file__).parents[2]
TOUR = [sys.executable, "-m", "tests.compat.drivers.python_tour"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
CHANGING = re.compile(r"[0-9a-f]{24}")


def normal(value: Any, seen: dict[str, str]) -> Any:
    """A result without the differences between runs: ids are numbered, times and secrets are left out."""
    match value:
        case dict():
            return {name: "…" if name == "secret" else normal(one, seen) for name, one in sorted(value.items())}
        case list():
            return [normal(one, seen) for one in value]
        case str():
            return CHANGING.sub(lambda found: seen.setdefault(found[0], f"<{len(seen)}>"), TIME.sub("<time>", value))
    return value


def known(value: Any, other: Any) -> Any:
    """`value` without the fields that `other` lacks, at any depth."""
    if isinstance(value, dict) and isinstance(other, dict):
        return {name: known(one, other[name]) for name, one in value.items() if name in other}
    if isinstance(value, list) and isinstance(other, list) and len(value) == len(other):
        return [known(one, another) for one, another in zip(value, other, strict=True)]
    return value


def tour(account: Caller, **env: str) -> list[Any]:
    """The results of the tour with one library."""
    assert account.auth is not None
    run = subprocess.run(
        [*TOUR, account.url, *account.auth],
        env={**os.environ, **env},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: list[Any] = normal(json.loads(run.stdout), {})
    return found


@pytest.mark.one_engine
@pytest.mark.parametrize("release", ["14.4.0", "17.0.1"])
def test_every_offered_call_returns_the_same(release: str, account: Caller) -> None:
    theirs = tour(account, PYTHONPATH=f"{INSTALLED / f'py-{release}'}:{ROOT}")
    ours = tour(account, IN_PLACE_OF=release)
    assert [one["call"] for one in ours] == [one["call"] for one in theirs]
    # The releases leave out fields that their models do not know, such as the text of a list.
    shown = known(ours, theirs)
    assert [(mine, official) for mine, official in zip(shown, theirs, strict=True) if mine != official] == []
