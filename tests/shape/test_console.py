"""Tests of the sources of the console, and that its built files are up to date."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from tests.cases import each
from tests.shape.test_shape import FILE_LINES, FUNCTION_LINES, ROOT, named

UI = ROOT / "ui"
ASSETS = ROOT / "src/heliograph/server/console/assets"
NOT_BUILT = {"node_modules", ".tests", "tests"}
FILES = sorted(
    path for path in UI.rglob("*") if path.is_file() and path.relative_to(UI).parts[0] not in {*NOT_BUILT, "README.md"}
)
SCRIPTS = [path for path in FILES if path.suffix in (".ts", ".tsx")]
STYLES = [path for path in FILES if path.suffix == ".css"]
SINKS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|DOMParser|document\.write|\beval\(|new Function|: any\b|as any\b"
)
ELSEWHERE = re.compile(r"""["'`](?:https?:)?//[a-z]|url\(['\"]?(?:https?:)?//""")
FUNCTION = re.compile(
    r"^(?:  )?(?:export )?(?:async )?(?:function\b|(?:private |readonly |static )*\w+\([^)]*\)[^;]*{$)"
)


@each(SCRIPTS, named)
def test_files_and_functions_stay_short(path: Path) -> None:
    lines = path.read_text().splitlines()
    if lines[0].startswith("// Generated "):
        return
    assert len(lines) <= FILE_LINES
    assert [name for name, length in _functions(lines) if length > FUNCTION_LINES] == []


def _functions(lines: list[str]) -> list[tuple[str, int]]:
    """The first lines of functions and methods, and their lengths."""
    found = []
    for number, line in enumerate(lines):
        if FUNCTION.match(line):
            indent = line[: len(line) - len(line.lstrip())]
            end = next((at for at, other in enumerate(lines[number:]) if other.startswith(indent + "}")), 0)
            found.append((line, end + 1))
    return found


@each(SCRIPTS, named)
def test_nothing_becomes_markup_or_comes_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert SINKS.findall(text) == []
    assert ELSEWHERE.findall(text) == []


@each(STYLES, named)
def test_style_sheets_load_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert ELSEWHERE.findall(text) == []
    assert text.count("\n") <= FILE_LINES


def test_the_built_files_are_those_of_the_sources() -> None:
    """Compares the digests that `ui/build.mjs` writes, which finds a missing `make ui` without Node."""
    lines = [line.partition("  ") for line in (ASSETS / "BUILD").read_text().splitlines()]
    noted = {name: digest for digest, _, name in lines}
    names = sorted(path.relative_to(UI).as_posix() for path in FILES)
    parts = b"".join(f"{name}\n".encode() + (UI / name).read_bytes() for name in names)
    assert noted.pop("sources") == hashlib.sha256(parts).hexdigest(), "run make ui"
    built = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in ASSETS.iterdir()}
    del built["BUILD"]
    assert noted == built


def test_links_to_rules_lead_to_topics_of_the_page() -> None:
    """The page of the rules has each topic that `rules.ts` names, and each tag of an operation of an app has one."""
    text = (UI / "console/rules.ts").read_text()
    topics = set(re.findall(r': "([a-z-]+)",?', text)) | {"requests"}
    page = (ROOT / "src/heliograph/server/docs/assets/behaviour.html").read_text()
    assert topics <= set(re.findall(r'<h2 id="([a-z-]+)"', page))
    tags = {one.tag for one in (*OPERATIONS, *EXTENSIONS)}
    assert tags <= set(re.findall(r'^  "?([A-Za-z ]+?)"?: "[a-z-]+",$', text, re.MULTILINE))
