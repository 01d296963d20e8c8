"""The import contracts of pyproject.toml refuse forbidden imports in any form."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TYPING_ONLY = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    "
# For each module, a mistake that is added to it, and how lint-imports reports that.
FORBIDDEN = {
    "webhooks": ("import heliograph.storage.store", "heliograph.webhooks -> heliograph.storage.store"),
    "compat.calls": ("import heliograph.settings", "heliograph.compat.calls -> heliograph.settings"),
    "client.values": ("import heliograph.local_sandboxes", "heliograph.client.values -> heliograph.local_sandboxes"),
    "client.auth": (TYPING_ONLY + "import heliograph.domain.keys", "heliograph.client.auth -> heliograph.domain.keys"),
    "server.app": ("from heliograph import Client", "heliograph.server.app -> heliograph"),
    "domain.apps": ("def late():\n    import heliograph.cli.call", "heliograph.domain.apps -> heliograph.cli.call"),
    "cli.call": ("import heliograph.__main__", "heliograph.cli.call -> heliograph.__main__"),
    "delivery.policy": ("import heliograph.maintenance", "heliograph.delivery.policy -> heliograph.maintenance"),
    "wire.operations": (TYPING_ONLY + "import heliograph.wire.table", "No cycles are allowed in heliograph.wire"),
    "newcomer": ("", "heliograph.newcomer"),
}


def test_forbidden_imports_break_the_contracts(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "src/heliograph", tmp_path / "heliograph", ignore=shutil.ignore_patterns("assets"))
    for module, (mistake, _) in FORBIDDEN.items():
        path = tmp_path / "heliograph" / f"{module.replace('.', '/')}.py"
        with path.open("a") as file:
            file.write(f"\n\n{mistake}\n")
    report = lint(tmp_path)
    assert [module for module, (_, shown) in FORBIDDEN.items() if shown not in report] == []


def lint(folder: Path) -> str:
    """Run lint-imports on the package in `folder`, with the contracts of this project; returns its report."""
    command = [sys.executable, "-c", "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports;"
               f"sys.exit(lint_imports(config_filename={str(ROOT / 'pyproject.toml')!r}, no_cache=True))"]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert f"0 kept, {len(contracts)} broken" in done.stdout, done.stdout
    return done.stdout


def test_types_are_prepared_at_import() -> None:
    """msgspec prepares a type at its first use, and can crash if another thread uses it then: use a `Decoder`."""
    lazy = re.compile(r"(?:json|msgpack)\.decode\([^)]*type=")
    folders = [ROOT / "src/heliograph" / name for name in ("domain", "storage", "sandbox", "delivery", "maintenance")]
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    assert [path.name for path in paths if lazy.search(path.read_text())] == []
    assert len(paths) > 100
