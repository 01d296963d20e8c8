"""A running `heliograph dev`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.developing import developing


@pytest.fixture
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The URL of a running server, and the folder with its credentials."""
    folder = tmp_path_factory.mktemp("runtime")
    with developing(folder) as url:
        yield url, folder
