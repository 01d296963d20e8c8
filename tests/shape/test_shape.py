"""Tests of the architecture: sizes of files, layers, SQL, schema, and documentation of every name."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import click

import heliograph
from heliograph.cli.main import cli
from heliograph.server.routes import ROUTES
from heliograph.settings import Settings, environment_variable
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.sandbox import SANDBOX_TOOLS
from tests.cases import each

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
PYTHON = [
    path for folder in ("src", "tests", "bench", "tools", "examples") for path in sorted((ROOT / folder).rglob("*.py"))
]
DOMAIN = sorted((ROOT / "src/heliograph/domain").rglob("*.py"))
STORAGE = [path for path in SOURCES if path.is_relative_to(ROOT / "src/heliograph/storage")]
SQL = re.compile(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE|PRAGMA)\b")
ENGINE = re.compile(r"\b(sqlite3|asyncpg)\b")
ENGINE_MODULES = ("heliograph.storage.sqlite", "heliograph.storage.postgres")
ENGINE_URL = re.compile(r"\bsqlite:|\bpostgres(ql)?:|\bpg_")
FILE_LINES = 350
FUNCTION_LINES = 60


def named(path: Path) -> str:
    """The test id of a path."""
    return str(path.relative_to(ROOT))


@each(PYTHON, named)
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text()
    if text.startswith("# Generated "):
        return  # the table determines the length of generated files
    assert text.count("\n") <= FILE_LINES
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [one.name for one in functions if (one.end_lineno or 0) - one.lineno >= FUNCTION_LINES]
    assert long == []


def test_only_storage_has_sql_or_names_an_engine() -> None:
    outside = [path for path in SOURCES if path not in STORAGE]
    assert [named(path) for path in outside if SQL.search(path.read_text())] == []
    # The log formatter must know which messages of the engines it may repeat.
    allowed = {"logs.py"}
    assert [path.name for path in outside if ENGINE.search(path.read_text()) and path.name not in allowed] == []


def test_only_storage_imports_modules_of_an_engine() -> None:
    outside = [path for path in SOURCES if path not in STORAGE and "heliograph.storage" in path.read_text()]
    assert [named(path) for path in outside for one in imports(path) if one.startswith(ENGINE_MODULES)] == []


def imports(path: Path) -> Iterator[str]:
    """The full names that a module imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{one.name}" for one in node.names)


COUNTS = {
    "participant_count",
    "message_seq",
    "message_count",
    "floor_seq",
    "last_updated_at",
    "business_last_read",
    "newest_id",
}


def test_only_changes_write_the_counts_of_a_conversation() -> None:
    writers = {
        path.name
        for path in DOMAIN
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in COUNTS
    }
    assert writers == {"changes.py", "conversation_changes.py"}


def test_only_storage_encodes_columns() -> None:
    """Only storage converts booleans to integers, and lists and JSON to text."""
    found = [f"{named(path)}:{call.lineno}" for path in DOMAIN for call in encodings(ast.parse(path.read_text()))]
    assert found == []


def encodings(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls of `int`, `",".join`, and `encode(…).decode()` of a JSON encoder."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            text = ast.unparse(node.func)
            json_text = re.fullmatch(r"(msgspec\.json|_ENCODER)\.encode\(.*\)\.decode", text, re.DOTALL)
            if text in ("int", "','.join") or json_text:
                yield node


def texts(path: Path) -> Iterator[str]:
    """The string constants of a module, without its docstrings."""
    tree = ast.parse(path.read_text())
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def test_only_storage_decides_by_the_engine() -> None:
    # The default of the setting is a URL, and so is the example in its help.
    outside = [path for path in SOURCES if path not in STORAGE and path.name != "settings.py"]
    assert [named(path) for path in outside for text in texts(path) if ENGINE_URL.search(text)] == []
    assert [named(path) for path in outside if re.search(r"buckets (==|!=|<|>) ", path.read_text())] == []


def test_every_operation_has_a_handler() -> None:
    assert {operation.name for operation in (*OPERATIONS, *EXTENSIONS, *SANDBOX_TOOLS, *CONSOLE_OPERATIONS)} == set(
        ROUTES
    )
    assert len({(operation.method, operation.path) for operation in OPERATIONS}) == len(OPERATIONS) == 68


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs/reference/settings.md").read_text()
    for field in dataclasses.fields(Settings):
        assert f"`--{field.name.replace('_', '-')}`" in text or f"`--{field.name.replace('_', '-')}/" in text, (
            field.name
        )
        assert f"`{environment_variable(field.name)}`" in text
        assert field.metadata["about"] in text
    assert "`HELIOGRAPH_MASTER_KEY`" in text


def commands(group: click.Group, prefix: str = "heliograph") -> Iterator[str]:
    """Every command by its full name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}"


@each(commands(cli))
def test_every_command_is_documented(command: str) -> None:
    assert f"## `{command}" in (ROOT / "docs/reference/commands.md").read_text()


def test_the_operations_are_documented() -> None:
    assert f"all {len(OPERATIONS)} operations" in (ROOT / "README.md").read_text()
    text = (ROOT / "docs/reference/operations.md").read_text()
    listed = re.findall(r"^\| (\w+) \| `(\w+ /[^`]*)` \|", text, re.MULTILINE)
    assert listed == [
        (one.name, f"{one.method} {one.path}")
        for one in (*OPERATIONS, *EXTENSIONS, *SANDBOX_TOOLS, *CONSOLE_OPERATIONS)
    ]


def test_the_example_in_contributing_is_the_code() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    excerpts = re.findall(r"`([\w/]+\.py)`:\n\n```python\n(.*?)```", text, re.DOTALL)
    assert len(excerpts) == text.count("```python") > 5
    assert [path for path, code in excerpts if code not in (ROOT / path).read_text()] == []


def test_the_version_has_an_entry_in_the_changelog() -> None:
    assert f"## [{heliograph.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_every_public_function_and_class_has_a_docstring() -> None:
    silent = []
    for path in SOURCES:
        if path.parent.name == "routes":
            continue  # the row of the table describes its handler
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            if any(isinstance(one, ast.Name) and one.id == "overload" for one in node.decorator_list):
                continue  # the implementation has the docstring
            if any(ast.unparse(one).startswith("rule(") for one in node.decorator_list):
                continue  # the sentence of a check describes its function
            nested = node.col_offset > 4 or (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.col_offset
            )
            if not node.name.startswith("_") and not nested and not ast.get_docstring(node):
                silent.append(f"{named(path)}: {node.name}")
    assert silent == []
