"""Renders every statement in the source of `storage/`, without running it.

Values that the source does not determine are rendered as `…`.
"""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from heliograph.storage import copying, rows
from heliograph.storage.buckets import Part

UNKNOWN = "…"
_RUN = ("row", "rows", "execute")
_PAGE = ("slice_of", "filtered_slice_of")
_MATCH = {"get": 2, "get_many": 2, "update": 2, "delete": 1, "insert": 1}
"""For each function that builds a statement: the position of the argument with its columns, such as the bucket."""
_CALLS = {*_RUN, *_PAGE, *_MATCH}


@dataclass(frozen=True)
class Statement:
    """A statement, and the function that sends it, such as `users.get`."""

    function: str
    sql: str


class _Anything:
    """Stands for an unknown value. Its attributes and results are unknown too, and its text is `…`."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> Any:
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter((UNKNOWN,))

    def __add__(self, other: Any) -> Any:
        return self

    __radd__ = __and__ = __add__

    def __format__(self, spec: str) -> str:
        return UNKNOWN


class _Names(dict[str, Any]):
    """The names that a function can use: names of its module, `part` of a divided database, and local names."""

    def __init__(self, module: ModuleType, function: ast.AsyncFunctionDef | ast.FunctionDef) -> None:
        super().__init__(vars(module))
        self._assigned = dict(_assignments(function))
        for argument in [*function.args.args, *function.args.kwonlyargs]:
            self[argument.arg] = _Anything()
        self["part"] = Part(((1, 2),), apart=True)

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        self[name] = evaluated(self._assigned.pop(name), self) if name in self._assigned else _Anything()
        return self[name]


def _assignments(function: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(function):
        match node:
            case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, ast.expr() as value):
                yield name, value
            case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)):
                yield from (
                    (target.id, value)
                    for target, value in zip(targets, values, strict=True)
                    if isinstance(target, ast.Name)
                )


def evaluated(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of an expression, as far as it is known."""
    try:
        return eval(compile(ast.Expression(node), "<statement>", "eval"), {}, names)
    except Exception:
        return _Anything()


def statements() -> list[Statement]:
    """All statements of the functions in `storage/rows`, and those of `heliograph copy`."""
    modules = [
        importlib.import_module(f"{rows.__name__}.{found.name}") for found in pkgutil.iter_modules(rows.__path__)
    ]
    return [statement for module in (*modules, copying) for statement in _of_module(module)]


def _of_module(module: ModuleType) -> Iterator[Statement]:
    for function in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef):
            place = f"{module.__name__.rpartition('.')[2]}.{function.name}"
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and _called(call) in _CALLS:
                    if sql := _rendered(call, _Names(module, function)):
                        yield Statement(place, sql)


def _called(call: ast.Call) -> str:
    name: str = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name


def _rendered(call: ast.Call, names: Mapping[str, Any]) -> str | None:
    called = _called(call)
    if called in _RUN and call.args:
        return f"{evaluated(call.args[0], names)}"
    if called in _PAGE:
        return f"SELECT {UNKNOWN} FROM {evaluated(call.args[2], names)}"
    if called in _MATCH and len(call.args) > _MATCH[called] and isinstance(call.args[0], ast.Constant):
        columns = evaluated(call.args[_MATCH[called]], names)
        match = " AND ".join(f"{column} = $1" for column in columns)
        return f"SELECT {UNKNOWN} FROM {call.args[0].value!s} WHERE {match}"
    return None
