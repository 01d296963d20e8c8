"""Runs every example of the pages about the client and of the README, in order."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import re
import subprocess
from pathlib import Path
from types import FunctionType
from typing import Any

from tests.api.oauth import Partner
from tests.harness import Caller, new_app

ROOT = Path(__file__).parents[2]
PYTHON = re.compile(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)
LOCAL = "http://127.0.0.1:8080"


def run(block: str, names: dict[str, Any]) -> str:
    """Run a block, with or without await in it; returns what it prints."""
    code = compile(block, "docs", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        if code.co_flags & inspect.CO_COROUTINE:
            asyncio.run(FunctionType(code, names)())
        else:
            exec(code, names)
    return printed.getvalue()


def run_all(page: str, api: Caller, **more: str) -> int:
    """Run the examples of a page in one namespace, in which these names are defined; returns their number."""
    assert api.auth is not None
    names: dict[str, Any] = {"app_id": api.app_id, "key_id": api.auth[0], "secret": api.auth[1], **more}
    blocks = PYTHON.findall((ROOT / page).read_text())
    for block, expected in blocks:
        printed = run(block.replace(LOCAL, api.url), names)
        if expected:
            assert printed == expected
    for name in ("client", "careful"):
        if name in names:
            names[name].close()
    return len(blocks)


def test_the_examples_of_the_client_page_run(account: Caller, api: Caller) -> None:
    partner = Partner(account)
    oauth = {"code": partner.code(api), "client_id": partner.client_id, "client_secret": partner.secret}
    assert run_all("docs/client.md", api, **oauth) >= 15


def test_the_examples_about_idempotency_keys_run(api: Caller) -> None:
    page = "docs/howto/idempotency.md"
    assert run_all(page, api) == 3
    assert api.auth is not None
    (commands,) = re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    known = f"KEY={':'.join(api.auth)}\nAPP={api.url}/v2/apps/{api.app_id}\n"
    done = subprocess.run(["sh", "-ec", known + commands], capture_output=True, text=True, timeout=30, check=True)
    _, first, second = done.stdout.split("HTTP/1.1 201 Created\n")
    assert first.partition("\n\n")[2] == second.partition("\n\n")[2]
    assert ["idempotent-replayed: true" in one.lower() for one in (first, second)] == [False, True]


def test_the_example_of_the_readme_runs(api: Caller) -> None:
    assert run_all("README.md", api) == 1


def test_the_example_of_the_official_library_runs(api: Caller) -> None:
    assert run_all("docs/howto/official-clients.md", api, conversation_id=api.new_group()) == 1


def test_the_examples_about_finding_and_counting_run(account: Caller) -> None:
    assert run_all("docs/howto/find-and-count.md", new_app(account)) == 6
