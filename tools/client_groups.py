"""Renders the groups of operations of the client: a module for each tag, a method for each operation."""

from __future__ import annotations

from collections.abc import Iterator
from keyword import iskeyword
from typing import Any

from msgspec import UNSET, inspect

from heliograph.client.arguments import path_names, snake
from heliograph.client.requesting import OPERATION
from heliograph.wire.operations import AnyOperation, Scope
from tools.client_models import fields, is_model, models, parts, read_as, simple, structs_in
from tools.writing import docstring

MAPPING = "Mapping[str, Any]"
COMMON = (
    ("InvalidArgument", "An argument breaks a rule of the API; nothing was sent."),
    (
        "ApiError",
        "Another error response, such as Unauthorized, Forbidden, RateLimited or ServerError.",
    ),
    ("TransportError", "No response arrived: ConnectionFailed or Timeout."),
    ("DecodeError", "The response cannot be decoded."),
)


def group_names(tag: str) -> tuple[str, str]:
    """The attribute of the client and the class of a tag, such as `app_keys` and `AppKeysApi`."""
    words = [{"API": "Api"}.get(word, word[0].upper() + word[1:]) for word in tag.split()]
    return "_".join(words).lower(), "".join(words) + "Api"


def given_as(kind: inspect.Type) -> str:
    """The annotation of the keyword for a field of a body."""
    found = parts(kind)
    named = [_given(part) for part in found]
    if any(isinstance(part, inspect.StructType) for part in found):
        named.append(MAPPING)
    return " | ".join(dict.fromkeys(named)) or "Any"


def _given(kind: inspect.Type) -> str:
    match kind:
        case inspect.StructType(cls=cls):
            name: str = cls.__name__
            return name
        case inspect.DateTimeType():
            return "datetime | str"
        case inspect.LiteralType(values=values):
            return f"Literal[{', '.join(map(repr, values))}]"
        case inspect.ListType(item_type=item):
            return f"Sequence[{given_as(item)}]"
        case inspect.DictType(value_type=value):
            return f"Mapping[str, {given_as(value)}{' | None' if value in _nullable(value) else ''}]"
    return simple(kind)


def _nullable(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    inside = kind.types if isinstance(kind, inspect.UnionType) else ()
    return (kind,) if any(isinstance(each, inspect.NoneType) for each in inside) else ()


def may_be_null(field: inspect.Field) -> bool:
    """Whether null has another meaning than an absent field. The default of such a keyword is UNSET."""
    return field.default is UNSET


def keyword(field: inspect.Field) -> str:
    """A keyword parameter for a field of a body."""
    annotation = given_as(field.type)
    if may_be_null(field):
        return f"{field.name}: {annotation} | UnsetType | None = UNSET"
    return f"{field.name}: {annotation} | None = None"


def keyword_name(name: str) -> str:
    """The keyword for a query parameter; a Python keyword such as `for` gets an underscore."""
    return f"{snake(name)}_" if iskeyword(snake(name)) else snake(name)


class Method:
    """Renders the methods of one operation."""

    def __init__(self, operation: AnyOperation) -> None:
        self.operation = operation
        self.name = snake(operation.name)
        self.path = [snake(name) for name in path_names(operation)]
        self.response = operation.response.kind.__name__ if is_model(operation.response.kind) else "Model"
        body = operation.body.kind
        self.bodies = [struct.cls for struct in structs_in(inspect.type_info(body))] if body else []
        # The members of a union have different fields, so they get no keywords.
        self.body_fields = fields(self.bodies[0]) if len(self.bodies) == 1 else ()
        self.query = {name: keyword_name(name) for name in operation.query}

    def first_parameters(self) -> Iterator[str]:
        """The positional parameters, in the order of the API's documentation."""
        yield from (f"{name}: str" for name in self.path)
        if self.bodies:
            yield f"body: {' | '.join(kind.__name__ for kind in self.bodies)} | Mapping[str, Any] | None = None"
        if self.operation.filters:
            yield "filter: Mapping[str, str] | None = None"
        if self.operation.paged:
            yield "page: Page | Mapping[str, Any] | None = None"

    def keywords(self) -> Iterator[str]:
        """The keyword-only parameters."""
        yield from map(keyword, self.body_fields)
        yield from (f"{snake(name)}: str | None = None" for name in self.operation.filters)
        yield from (f"{name}: str | None = None" for name in self.query.values())

    def signature(self, name: str, returned: str, *more: str, start: str = "async def") -> str:
        """The `def` line of the method."""
        keywords = [*self.keywords(), *more]
        parameters = ["self", *self.first_parameters(), *(["*", *keywords] if keywords else [])]
        return f"    {start} {name}({', '.join(parameters)}) -> {returned}:\n"

    def arguments(self) -> Iterator[str]:
        """The arguments for `build`."""
        yield f'OPERATION["{self.operation.name}"]'
        yield f"({', '.join(self.path)}{',' if len(self.path) == 1 else ''})"
        if self.bodies:
            yield "body"
        if self.body_fields:
            yield "{" + ", ".join(f'"{field.name}": {field.name}' for field in self.body_fields) + "}"
        if self.operation.filters:
            yield "filters=filter"
            names = ", ".join(f'"{snake(name)}": {snake(name)}' for name in self.operation.filters)
            yield f"filter_fields={{{names}}}"
        if self.operation.paged:
            yield "page=page"
        if self.query:
            yield "query={" + ", ".join(f'"{name}": {given}' for name, given in self.query.items()) + "}"

    def render(self) -> str:
        """The method."""
        about = self.operation.about
        head = self.signature(self.name, self.response)
        call = f"        return await self._client.send(build({', '.join(self.arguments())}), {self.response})\n"
        return f"{head}{self.document(about)}\n{call}"

    def document(self, about: str) -> str:
        """The docstring."""
        operation = self.operation
        scopes = ", ".join(scope.label for scope in Scope if scope >= operation.scope)
        raises = [(kind.__name__, (kind.__doc__ or "").splitlines()[0]) for kind in operation.errors]
        lines = "\n".join(f"    {name}: {what}" for name, what in dict([*raises, *COMMON]).items())
        where = f"`{operation.method} {operation.path}`. Scopes: {scopes}."
        return docstring(about, where, f"Raises:\n{lines}", indent=" " * 8)

    def record(self) -> tuple[str, str]:
        """The attribute of the response that holds the records, and their type."""
        response = self.operation.response.kind
        assert is_model(response)
        for field in fields(response):
            for part in parts(field.type):
                if isinstance(part, inspect.ListType):
                    annotation, _ = read_as(field.type, '""', ())
                    return field.name, annotation.removeprefix("list[").removesuffix("]")
        raise ValueError(f"{self.operation.name} is paged, but its response has no list")

    def render_iterator(self) -> str:
        """The method that iterates over every page."""
        attribute, record = self.record()
        name = self.name.replace("list_", "iter_", 1)
        head = self.signature(name, f"AsyncRecords[{self.response}, {record}]", "backwards: bool = False", start="def")
        about = (
            f"Iterates over the records of `{self.name}`, page by page, with the size of `page` and from its cursor, "
            "if any. `backwards` starts at the end of the list, or before the cursor `before`."
        )
        given = [name.partition(":")[0] for name in (*self.first_parameters(), *self.keywords())]
        passed = [
            name if name in self.path else f"{name}=current" if name == "page" else f"{name}={name}" for name in given
        ]
        raises = f"Raises: the errors of `{self.name}`, during iteration."
        return (
            f"{head}{docstring(about, raises, indent=' ' * 8)}\n"
            f"        def fetch(current: Page) -> Awaitable[{self.response}]:\n"
            f"            return self.{self.name}({', '.join(passed)})\n\n"
            f'        return AsyncRecords(fetch, lambda response: response.{attribute}, "{self.operation.name}", '
            f"paging.first_page(page, backwards=backwards{self._from_the_start()}))\n"
        )

    def _from_the_start(self) -> str:
        return ", from_the_start=True" if self.operation.last_page_first else ""


def groups() -> dict[str, list[Method]]:
    """The operations by tag."""
    found: dict[str, list[Method]] = {}
    for operation in OPERATION.values():
        found.setdefault(operation.tag, []).append(Method(operation))
    return found


def render_modules() -> dict[str, str]:
    """The modules of the groups by name: one for each tag, and `groups` with the attributes of the client."""
    modules = {}
    imported, properties = [], []
    for tag, methods in groups().items():
        attribute, name = group_names(tag)
        modules[attribute] = render_module(tag, methods)
        imported.append(f"from heliograph.client._generated.async_api.{attribute} import Async{name}\n")
        properties.append(
            f"    @group\n    def {attribute}(self) -> Async{name}:\n"
            f'        """The operations of the tag {tag}."""\n        return Async{name}(self)\n'
        )
    about = docstring("The groups of operations, one for each tag of the API's documentation.", indent="    ")
    modules["groups"] = (
        '"""The groups of operations, as attributes of a client."""\n\nfrom __future__ import annotations\n\n'
        f"{''.join(imported)}from heliograph.client.async_calls import AsyncBaseClient\n"
        "from heliograph.client.groups import group\n\n\n"
        f"class AsyncGroups(AsyncBaseClient):\n{about}\n\n" + "\n".join(properties)
    )
    return modules


def render_module(tag: str, methods: list[Method]) -> str:
    """The module of one group."""
    written = []
    for method in methods:
        written.append(method.render())
        if method.operation.paged:
            written.append(method.render_iterator())
    about = docstring(f"The operations of the tag {tag}.", indent="    ")
    text = f"class Async{group_names(tag)[1]}(AsyncApi):\n{about}\n\n" + "\n".join(written)
    return imports(tag, methods, text) + text


def imports(tag: str, methods: list[Method], text: str) -> str:
    """The head of a module, with all imports that it may need. `tidy_all` removes unused imports."""
    bodies: dict[str, set[str]] = {}
    for method in methods:
        for cls in bodies_in(method.operation):
            bodies.setdefault(cls.__module__, set()).add(cls.__name__)
    responses = sorted({cls.__name__ for cls in models() if f" {cls.__name__}" in text or f"[{cls.__name__}" in text})
    lines = [
        f'"""The operations of the tag {tag}."""\n',
        "from __future__ import annotations\n",
        "from collections.abc import Awaitable, Mapping, Sequence",
        "from datetime import datetime",
        "from typing import Any, Literal\n",
        "from msgspec import UNSET, UnsetType\n",
        "from heliograph.client import paging",
        f"from heliograph.client._generated.models import {', '.join(responses)}" if responses else "",
        "from heliograph.client.async_calls import AsyncApi, AsyncRecords",
        "from heliograph.client.files import FileSource",
        "from heliograph.client.model import Model, UnknownKind",
        "from heliograph.client.requesting import OPERATION, build",
        *(f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(bodies.items())),
        "from heliograph.wire.paging import Page\n\n\n",
    ]
    return "\n".join(lines)


def bodies_in(operation: AnyOperation) -> list[type[Any]]:
    """The types of the body, including those nested in it."""
    found: dict[type[Any], None] = {}

    def visit(kind: inspect.Type) -> None:
        for struct in structs_in(kind):
            if struct.cls not in found:
                found[struct.cls] = None
                for field in fields(struct.cls):
                    visit(field.type)

    if operation.body.kind:
        visit(inspect.type_info(operation.body.kind))
    return list(found)
