"""The reference page, in a real browser that can reach nothing but the server."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.sandbox import SANDBOX_TOOLS
from tests.console.browsing import BROWSER, REQUIRED, WITHOUT
from tests.harness import Server, serving

QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --virtual-time-budget=10000 --dump-dom"
).split()
NOWHERE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"

OFFERED = [operation.path for operation in (*OPERATIONS, *EXTENSIONS, *SANDBOX_TOOLS, *CONSOLE_OPERATIONS)]

pytestmark = [
    pytest.mark.one_engine,
    pytest.mark.skipif(BROWSER is None and not REQUIRED, reason=WITHOUT),
]
TALL = "--window-size=1280,30000"
"""The page has only those of many operations that are in the window."""


def rendered(url: str, profile: Path) -> str:
    """The page as the browser shows it."""
    assert BROWSER is not None
    done = subprocess.run(
        [BROWSER, *QUIET, NOWHERE_ELSE, TALL, f"--user-data-dir={profile}", url],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    return done.stdout


def shown_paths(page: str) -> list[str]:
    """The paths of the operations on the page, as often as they are shown."""
    return sorted(re.findall(r'data-path="([^"]+)"', page))


def test_every_offered_operation_is_shown(server: Server, tmp_path: Path) -> None:
    page = rendered(f"{server.url}/docs", tmp_path)
    assert shown_paths(page) == sorted(OFFERED)
    assert "OAS 3.1" in page


def test_the_page_works_under_a_root_path(tmp_path: Path) -> None:
    with serving(tmp_path / "heliograph.db", "--root-path", "/sc") as server:
        assert server.url.endswith("/sc")
        page = rendered(f"{server.url}/docs", tmp_path / "profile")
    assert len(shown_paths(page)) == len(OFFERED)
