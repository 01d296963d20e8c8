"""Renders the API classes of `heliograph.compat`: a module for each tag, a method for each operation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import inspect

from heliograph.client.arguments import path_names, snake
from heliograph.wire.apps import Empty
from heliograph.wire.operations import AnyOperation
from heliograph.wire.table import OPERATIONS
from tools.client_groups import keyword_name
from tools.client_models import is_model, structs_in
from tools.compat_models import NAMES, official_class
from tools.writing import docstring


class Method:
    """Renders the methods of one operation."""

    def __init__(self, operation: AnyOperation) -> None:
        self.operation = operation
        self.name = snake(operation.name)
        self.path = [snake(name) for name in path_names(operation)]
        self.body = self._body()
        kind = operation.response.kind
        self.response = None if kind is Empty or not is_model(kind) else official_class([kind])
        self.query = {keyword_name(name).replace("for_", "var_for"): name for name in operation.query}

    def _body(self) -> str | None:
        if not self.operation.body.is_json:
            return None
        return official_class([struct.cls for struct in structs_in(inspect.type_info(self.operation.body.kind))])

    def body_name(self) -> str:
        """The parameter of the body, named after its class."""
        assert self.body is not None
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.body).lower()

    def parameters(self) -> Iterator[tuple[str, str, bool]]:
        """Name, annotation and whether it is required, in the official order: required parameters first."""
        operation = self.operation
        yield from ((name, "str", True) for name in self.path)
        if self.body:
            optional = operation.name in NAMES["optional_bodies"]["operations"]
            choice = self.body in NAMES["one_of"] and self.body not in NAMES["base"]
            # Callers may also pass a member of the union directly.
            yield self.body_name(), f"{self.body} | Any" if choice else f"{self.body} | Data", not optional
        if operation.one_filter:
            yield "filter", self._filter(), True
        required = [name for name, api_name in self.query.items() if api_name in operation.required]
        yield from ((name, "str", True) for name in required)
        if operation.body.has_parts:
            yield "source", "Any", True
        if operation.paged:
            yield "page", "Page | Data", False
        if self._filters() and not operation.one_filter:
            yield "filter", self._filter(), False
        yield from ((name, "str", False) for name in self.query if name not in required)

    def _filters(self) -> bool:
        return bool(self.operation.filters) or self.operation.name in NAMES["filters"]

    def _filter(self) -> str:
        name = NAMES["filters"].get(self.operation.name)
        return f"{name} | Data" if name else "Data"

    def signature(self) -> str:
        """The signature of the method."""
        shown = [
            f"{name}: {kind}" if required else f"{name}: {kind} | None = None"
            for name, kind, required in self.parameters()
        ]
        return (
            f"def {self.name}({', '.join(['self', *shown, '**options: Unpack[Options]'])}) -> {self.response or 'Any'}"
        )

    def arguments(self) -> Iterator[str]:
        """The arguments for `_send`."""
        yield f'"{self.operation.name}"'
        yield str(self.response)
        yield f"({', '.join(self.path)}{',' if len(self.path) == 1 else ''})"
        yield "options"
        names = {name: required for name, _, required in self.parameters()}
        if self.body:
            name = self.body_name()
            yield f"body={name}" if names[name] else f"body={{}} if {name} is None else {name}"
        yield from (f"{name}={name}" for name in ("source", "page", "filter") if name in names)
        if self.query:
            pairs = ", ".join(f'"{api_name}": {name}' for name, api_name in self.query.items())
            yield f"query={{{pairs}}}"

    def render(self) -> str:
        """The method and its two variants."""
        arguments = ", ".join(self.arguments())
        where = f"`{self.operation.method} {self.operation.path}`"
        about = docstring(self.operation.about, where, indent=" " * 8)
        returned = f"return self._send({arguments})"
        if self.response:
            returned = f"response: {self.response} = self._send({arguments})\n        return response"
        return (
            f"    {self.signature()}:\n{about}\n        {returned}\n\n"
            f"    {self.name}_with_http_info = with_http_info({self.name})\n"
            f"    {self.name}_without_preload_content = without_preload_content({self.name})\n"
        )


def module_name(tag: str) -> str:
    """The module of a tag, such as `o_auth_endpoints_api`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name(tag)).lower()


def class_name(tag: str) -> str:
    """The class of a tag, such as `OAuthEndpointsApi`."""
    return NAMES["tags"].get(tag) or "".join({"API": "Api"}.get(word, word) for word in tag.split()) + "Api"


def tags() -> dict[str, list[Method]]:
    """The operations by tag."""
    found: dict[str, list[Method]] = {}
    for operation in OPERATIONS:
        found.setdefault(operation.tag, []).append(Method(operation))
    return found


def render_api(tag: str, methods: list[Method]) -> str:
    """The module of a tag."""
    body = "\n".join(method.render() for method in methods)
    names = {name for method in methods for name in (method.body, method.response) if name}
    names |= set(re.findall(r"\b(?:Page|\w+Filter)\b", body))
    return (
        f'"""The operations of the tag {tag}."""\n\nfrom __future__ import annotations\n\n'
        "from typing import Any, Unpack\n\n"
        "from heliograph.compat.calls import Api, Data, Options, with_http_info, without_preload_content\n"
        f"from heliograph.compat.models import {', '.join(sorted(names))}\n\n\n"
        f'class {class_name(tag)}(Api):\n    """The operations of the tag {tag}."""\n\n{body}'
    )


def render_package() -> str:
    """`heliograph/compat/api/__init__.py`."""
    found = {module_name(tag): class_name(tag) for tag in tags()}
    imported = "\n".join(f"    from heliograph.compat.api.{module} import {name}" for module, name in found.items())
    homes = ", ".join(f'"{name}": "{module}"' for module, name in found.items())
    return (
        '"""The API classes of the official library."""\n\nfrom __future__ import annotations\n\n'
        f"from importlib import import_module\nfrom typing import TYPE_CHECKING, Any\n\n"
        f"if TYPE_CHECKING:\n{imported}\n\n"
        f"__all__ = [{', '.join(sorted(map(repr, found.values())))}]\n\n_HOMES = {{{homes}}}\n\n\n"
        "if not TYPE_CHECKING:\n\n    def __getattr__(name: str) -> Any:\n"
        '        """Import an API class or its module on first use."""\n'
        "        if name in _HOMES.values():\n"
        '            return import_module(f"{__name__}.{name}")\n'
        "        if name not in _HOMES:\n"
        '            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")\n'
        '        value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)\n'
        "        return value\n"
    )
