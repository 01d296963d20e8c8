"""Builds the load generator."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def loader() -> Path:
    """The program of the load generator."""
    if not shutil.which("cc"):
        pytest.skip("there is no C compiler")
    subprocess.run(["make", "--silent", ".bench/load"], cwd=ROOT, check=True, timeout=60)
    return ROOT / ".bench/load"
