"""Tests of the architecture: sizes of files, layers, SQL, schema, and documentation of every name."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

import heliograph
from heliograph.cli.main import cli
from heliograph.server.api import ROUTE_MODULES
from heliograph.server.handlers import ROUTES
from heliograph.settings import Settings, environment_variable
from heliograph.storage import copying
from heliograph.storage.migrations import schema
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.sandbox import SANDBOX_TOOLS

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
PYTHON = [
    path for folder in ("src", "tests", "bench", "tools", "examples") for path in sorted((ROOT / folder).rglob("*.py"))
]
DOMAIN = sorted((ROOT / "src/heliograph/domain").rglob("*.py"))
STORAGE = [path for path in SOURCES if path.is_relative_to(ROOT / "src/heliograph/storage")]
SQL = re.compile(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE|PRAGMA)\b")
ENGINE = re.compile(r"\b(sqlite3|asyncpg)\b")
ENGINE_URL = re.compile(r"\bsqlite:|\bpostgres(ql)?:|\bpg_")
FILE_LINES = 350
FUNCTION_LINES = 60


def named(path: Path) -> str:
    """The test id of a path."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PYTHON, ids=named)
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
    assert writers == {"changes.py"}


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


# Modules about a whole database.
WHOLE = {
    *("ddl", "pool", "opening", "store", "copying", "compacting", "unlocking", "transactions", "migrating"),
    *("distributing", "inspecting"),
}


def storage_functions() -> Iterator[Any]:
    """Every public function that reads or writes rows of the API."""
    for path in STORAGE:
        if path.stem in WHOLE:
            continue
        module = import_module(".".join(path.relative_to(ROOT / "src").with_suffix("").parts))
        for _, function in inspect.getmembers(module, inspect.iscoroutinefunction):
            if function.__module__ == module.__name__ and not function.__name__.startswith("_"):
                yield function


# Functions about the server itself or about tenants, and functions that look up the tenant.
WITHOUT_TENANT = {
    "meta.get",
    "meta.get_struct",
    "meta.put",
    "meta.put_struct",
    "meta.lock",
    "meta.remove",
    "meta.add",
    "keys.find",
    "keys.every",
    "keys.remove",
    "apps.page",
    "apps.every",
    "apps.deleted",
    "inactivity.page",
}
WITHOUT_TENANT |= {"placement.read_placement", "erasures.abandoned"}
WITHOUT_TENANT |= {"schema.version", "schema.migrate", "schema.take", "paging.slice_of", "paging.filtered_slice_of"}
# A delivery finds its tenant by the webhook, and the stream reads the events of all tenants.
WITHOUT_TENANT |= {"webhooks.find", "stream.start", "stream.newest", "stream.changed_apps", "cursors.prepare"}
WITHOUT_TENANT |= {"repetitions.changed_apps", "activity.changed_apps", "recorded_requests.newest"}
# A snapshot is one of the whole database.
WITHOUT_TENANT |= {
    "stream.forget_between",
    "stream.restored_after",
    "cursors.key",
    "cursors.set_key",
    "listeners.forget",
}
WITHOUT_TENANT |= {"seeds.change_secrets", "app_clocks.every"}
# Delivery works for all tenants.
WITHOUT_TENANT |= {f"leases.{name}" for name in ("every", "get", "add", "take", "beat", "release", "forget")}
WITHOUT_TENANT |= {
    f"delivery_queue.{name}" for name in ("due_webhooks", "backlog", "heads", "park", "settle", "drop", "hasten")
}
# A download finds its tenant by the token in its URL, and files are deleted for all tenants.
WITHOUT_TENANT |= {"attachments.find", "attachments.is_any_due", "attachments.claim"}
# Partners belong to no tenant, a code is found by its digest, and calls are made for all tenants.
WITHOUT_TENANT |= {f"oauth_clients.{name}" for name in ("get", "every", "add", "remove", "add_code", "find_code")}
WITHOUT_TENANT |= {"oauth_clients.use_code", "integrations.unlisted_everywhere"}
WITHOUT_TENANT |= {f"removal_calls.{name}" for name in ("add", "is_any_due", "claim", "postpone", "remove")}
# A session is found by its token, a ticket by itself, and both may be for all tenants.
WITHOUT_TENANT |= {f"console.{name}" for name in ("find", "get", "add", "touch", "remove", "add_ticket")}
WITHOUT_TENANT |= {f"console.{name}" for name in ("find_ticket", "use_ticket", "is_any_over", "prune")}
# Retention works for all tenants.
WITHOUT_TENANT |= {f"retention.{name}" for name in ("clock", "advance", "buckets")}
WITHOUT_TENANT |= {f"retention.prune_{name}" for name in ("deliveries", "attempts", "events", "outbound", "requests")}
WITHOUT_TENANT |= {"retention.prune_repetitions"}
# Parameters whose rows or keys begin with the tenant.
ROWS = {
    "keys",
    "messages",
    "participants",
    "conversations",
    "clients",
    "events",
    "app",
    "apps",
    "deliveries",
    "key",
    "user",
    "users",
    "before",
    "support_user",
    "moved",
    "conversation",
    "attachment",
    "attachments",
    "uses",
    "upload",
    "removal",
    "erasure",
    "outbound",
    "requests",
}
# Tables in the order of events; their keys contain only ids.
LOGS = {"event", "delivery", "attempt", "outbound", "repetition"}


@pytest.mark.parametrize("function", list(storage_functions()), ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_every_storage_function_takes_the_tenant_first(function: Any) -> None:
    name = f"{function.__module__.split('.')[-1]}.{function.__name__}"
    first, *rest = inspect.signature(function).parameters
    assert first in ("tx", "reader")
    assert name in WITHOUT_TENANT or rest[0] == "app_id" or rest[0] in ROWS


def statements() -> list[str]:
    """The statements of the schema."""
    return [change for step in schema.STEPS for change in step.changes if isinstance(change, str)]


def test_a_copy_leaves_out_no_table_and_no_column() -> None:
    columns: dict[str, list[str]] = {}
    for statement in statements():
        if made := re.match(r"CREATE TABLE (\w+) \((.*)\)", statement, re.DOTALL):
            columns[made[1]] = re.findall(r"(\w+) \{(?:text|integer|blob)\}", made[2])
        elif added := re.match(r"ALTER TABLE (\w+) ADD COLUMN (\w+)", statement):
            columns[added[1]].append(added[2])
        elif renamed := re.match(r"ALTER TABLE (\w+) RENAME COLUMN (\w+) TO (\w+)", statement):
            columns[renamed[1]][columns[renamed[1]].index(renamed[2])] = renamed[3]
    for table in ("event", "outbound"):
        columns[table].remove("tx")  # of earlier versions
    assert {
        table.name: sorted([*table.columns, *(["bucket"] if table.spread else [])]) for table in copying.TABLES
    } == {name: sorted(names) for name, names in columns.items() if name not in ("meta", "lease", "listener")}


def test_every_table_about_a_conversation_or_a_user_begins_its_key_with_the_bucket_and_the_app() -> None:
    keys = {}
    for statement in statements():
        if found := re.match(r"CREATE TABLE (\w+).*PRIMARY KEY \(([^)]*)\)", statement, re.DOTALL):
            keys[found[1]] = [column.strip() for column in found[2].split(",")]
    tables = {"app_user", "external_id", "client", "conversation", "participant", "membership", "message", *LOGS}
    tables |= {
        "device",
        "attachment",
        "attachment_chunk",
        "attachment_use",
        "linked_address",
        "identifier",
        "support_user",
        "request",
        "listener",
        "merged_user",
    }
    assert set(keys) == tables
    for table, key in keys.items():
        assert key[0] == "bucket", table
        assert key[1] == "app_id" or table in LOGS, table


def test_every_operation_has_a_handler() -> None:
    assert ROUTE_MODULES
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


@pytest.mark.parametrize("command", list(commands(cli)))
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
