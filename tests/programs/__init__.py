"""Third-party programs that tests run: nginx, Caddy, and libfaketime."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

INSTALLED = Path(__file__).parents[2] / ".programs"
REQUIRED = "HELIOGRAPH_TEST_REQUIRE_PROGRAMS"


def program(name: str) -> tuple[Path, dict[str, str]]:
    """Find a program on this machine or below .programs; returns its path, and the environment to run it in.

    If it is missing, the test is skipped, or fails if HELIOGRAPH_TEST_REQUIRE_PROGRAMS is set.
    """
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin", *(str(INSTALLED / at) for at in ("usr/bin", "usr/sbin"))])
    found = shutil.which(name, path=path)
    if found is None:
        lacking(name)
    libraries = os.pathsep.join(map(str, INSTALLED.glob("usr/lib/*-linux-gnu")))
    return Path(found), {**os.environ, "LD_LIBRARY_PATH": libraries} if libraries else dict(os.environ)


def library(name: str) -> Path:
    """Find a shared library on this machine or below .programs."""
    for root in (Path("/"), INSTALLED):
        for found in root.glob(f"usr/lib/*-linux-gnu/**/{name}"):
            return found
    lacking(name)


def lacking(name: str) -> NoReturn:
    """Skip the test because a program is missing, or fail it if programs are required."""
    reason = f"{name} is not installed: `make .programs/ready` installs it on Debian"
    if os.environ.get(REQUIRED):
        pytest.fail(f"{reason}, and {REQUIRED} is set")
    pytest.skip(reason)
