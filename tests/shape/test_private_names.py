"""Tests and benchmarks use no private names of the package, so that its inner parts can change without them.

What a test has to observe or to change is a parameter, a documented constant, or another public name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.cases import each

ROOT = Path(__file__).parents[2]
FILES = [path for folder in ("tests", "bench") for path in sorted((ROOT / folder).rglob("*.py"))]
OURS = {"heliograph", "tests", "bench", "tools"}
"""The packages of this repository. Private names of other packages, such as `os._exit`, may have no replacement."""
OF_NAMED_TUPLES = {"_asdict", "_make", "_replace"}
"""Public names, whose underscore keeps them apart from the names of fields."""
TAKE_NAMES = {"setattr", "getattr", "delattr", "hasattr", "object", "attrgetter", "methodcaller"}
"""The functions that take an attribute by its name; `object` is that of `mock.patch`."""
KINDS = (ast.Attribute, ast.Call, ast.Constant, ast.Import, ast.ImportFrom, ast.Subscript)
POSSIBLE = re.compile(r"""(?<!\bself)\._(?!_)|["']_(?!_)|import\b.*\b_(?!_)""")
"""Matches whatever could be such a name, so that few files have to be parsed."""
DOTTED = re.compile(r"heliograph(\.\w+)*\._(?!_)\w+(\.\w+)*")


def used(code: str) -> list[str]:
    """The private names that a module uses of objects other than its own."""
    if not POSSIBLE.search(code):
        return []
    tree = ast.parse(code)
    nodes = [node for node in ast.walk(tree) if isinstance(node, KINDS)]
    others = set(imported_from_others(nodes))
    found = {(node.lineno, ast.unparse(node)) for node in nodes if uses_private_name(node, others)}
    return [f"line {line}: {text}" for line, text in sorted(found)]


def imported_from_others(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """The names that a module imports from other packages."""
    for node in nodes:
        match node:
            case ast.Import(names=names):
                yield from (one.asname or one.name.partition(".")[0] for one in names if not is_ours(one.name))
            case ast.ImportFrom(module=str(module), names=names) if not is_ours(module):
                yield from (one.asname or one.name for one in names)


def uses_private_name(node: ast.AST, others: set[str]) -> bool:
    """Whether an expression or a statement uses a private name. `others` are imported from other packages."""
    match node:
        case ast.Attribute(value=target, attr=name):
            return is_private(name) and not is_own(target) and root_of(target) not in others
        case ast.Call(func=called, args=[*before, ast.Constant(value=str(name))]) if name_of(called) in TAKE_NAMES:
            return is_private(name) and not any(root_of(one) in others for one in before)
        case ast.Call(func=called, args=[target, ast.Constant(value=str(name)), _]) if name_of(called) in TAKE_NAMES:
            return is_private(name) and root_of(target) not in others
        case ast.Subscript(value=target, slice=ast.Constant(value=str(name))):
            return is_private(name) and name_of(target) in ("vars", "__dict__")
        case ast.Constant(value=str(text)):
            return DOTTED.fullmatch(text) is not None
        case ast.Import(names=names):
            return any(is_ours(one.name) and has_private_part(one.name) for one in names)
        case ast.ImportFrom(module=str(module), names=names):
            return is_ours(module) and any(has_private_part(f"{module}.{one.name}") for one in names)
    return False


def is_ours(module: str) -> bool:
    """Whether a module belongs to this repository."""
    return module.partition(".")[0] in OURS


def is_private(name: str) -> bool:
    """Whether a name begins with one underscore. Those of Python, such as `__file__`, begin with two."""
    return re.match("_[^_]", name) is not None and name not in OF_NAMED_TUPLES


def has_private_part(path: str) -> bool:
    """Whether a name is private, or its module, or a package that contains the module."""
    return any(map(is_private, path.split(".")))


def is_own(target: ast.expr) -> bool:
    """Whether an object is that of the method which uses it."""
    return name_of(target) in ("self", "cls", "super") and not isinstance(target, ast.Attribute)


def root_of(target: ast.expr) -> str:
    """The name with which a dotted expression begins."""
    while isinstance(target, ast.Attribute):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def name_of(target: ast.expr) -> str:
    """The last name of an expression or of the function that it calls: `setattr` of `monkeypatch.setattr`."""
    match target:
        case ast.Call(func=called):
            return name_of(called)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


@each(FILES, lambda path: str(path.relative_to(ROOT)))
def test_private_names_are_not_used(path: Path) -> None:
    assert used(path.read_text()) == []


@pytest.mark.parametrize(
    "code",
    [
        "from heliograph.ids import _draw",
        "from heliograph import _version",
        "from heliograph._version import __version__",
        "import heliograph.client._generated.models",
        "store._pool",
        "self.store._pool",
        "store.pools()._idle",
        "ids._sequence = ids.Sequence()",
        "del store._pool",
        'monkeypatch.setattr(ids, "_sequence", 1)',
        'monkeypatch.setattr("heliograph.ids._sequence", 1)',
        'monkeypatch.delattr(store, "_pool")',
        'mock.patch("heliograph.ids._sequence.last")',
        'patch.object(ids, "_sequence")',
        'getattr(store, "_pool", None)',
        'vars(store)["_pool"] = 1',
        'store.__dict__["_pool"]',
    ],
)
def test_every_use_is_found(code: str) -> None:
    assert len(used(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "import os\nos._exit(0)",
        "from multiprocessing import forkserver\nforkserver._forkserver._stop()",
        "import asyncio\nmonkeypatch.setattr(asyncio, '_set_running_loop', 1)",
        "self._pool.connections",
        "super()._send(1)",
        "point._replace(x=1)",
        "from heliograph import __version__",
        "heliograph.__file__",
        'getattr(store, "pool")',
        '{"_pool": 1}["_pool"]',
    ],
)
def test_other_names_are_allowed(code: str) -> None:
    assert used(code) == []
