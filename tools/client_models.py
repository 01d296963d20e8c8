"""The models of the client, written from the types of answers and of event payloads."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, inspect

from heliograph.wire import events
from heliograph.wire.base import Answer, Time
from heliograph.wire.table import OPERATIONS
from tools.writing import docstring

TIME_PATTERN = inspect.type_info(Time).type.pattern  # type: ignore[attr-defined]


def parts(kind: inspect.Type) -> list[inspect.Type]:
    """The members of a union that say what a value is, or the type itself."""
    match kind:
        case inspect.Metadata(type=inner):
            return parts(inner)
        case inspect.UnionType(types=types):
            return [part for each in types for part in parts(each)]
        case inspect.NoneType():
            return []
        case inspect.CustomType() if kind.cls is type(UNSET):
            return []
    return [kind]


def fields(struct: type[Any]) -> tuple[inspect.Field, ...]:
    """The fields of a struct."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return info.fields


def structs_in(kind: inspect.Type) -> list[inspect.StructType]:
    """The structs that a value of this type may be, or may be a list of."""
    found = []
    for part in parts(kind):
        if isinstance(part, inspect.StructType):
            found.append(part)
        elif isinstance(part, inspect.ListType):
            found += structs_in(part.item_type)
    return found


def models() -> list[type[Any]]:
    """Every type of an answer, or of the payload of an event; those that others are made of come first."""
    ordered: dict[type[Any], None] = {}

    def visit(kind: type[Any]) -> None:
        for field in fields(kind):
            for struct in structs_in(field.type):
                if struct.cls not in ordered:
                    visit(struct.cls)
        ordered[kind] = None

    for operation in OPERATIONS:
        for part in parts(inspect.type_info(operation.answer)) if operation.answer else ():
            assert isinstance(part, inspect.StructType)
            visit(part.cls)
    for payload in vars(events).values():
        if isinstance(payload, type) and issubclass(payload, Answer) and payload.__module__ == events.__name__:
            visit(payload)
    return list(ordered)


def model_field(field: inspect.Field) -> str:
    """A line of a model: the attribute, its type, and how it is made from JSON."""
    annotation, maker = read_as(field.type, repr(field.encode_name).replace("'", '"'))
    optional = "" if field.required or annotation == "Any" else " | None"
    return f"    {field.name}: {annotation}{optional} = {maker}\n"


def read_as(kind: inspect.Type, name: str) -> tuple[str, str]:
    """The annotation of an attribute, and what makes it."""
    several = [part for part in parts(kind) if isinstance(part, inspect.ListType)]
    structs = structs_in(kind)
    if len(structs) == 1:
        inner = structs[0].cls.__name__
        return (f"list[{inner}]", f"many({name}, {inner})") if several else (inner, f"one({name}, {inner})")
    if structs:
        inner = " | ".join([*(struct.cls.__name__ for struct in structs), "Model"])
        kinds = ", ".join(f'"{struct.tag}": {struct.cls.__name__}' for struct in structs)
        options = ", several=True" if several else ""
        return (
            f"list[{inner}]" if several else inner,
            f'tagged({name}, "{structs[0].tag_field}", {{{kinds}}}{options})',
        )
    annotations = list(dict.fromkeys(simple(part) for part in parts(kind)))
    annotation = "Any" if "Any" in annotations or not annotations else " | ".join(annotations)
    return annotation, f"moment({name})" if annotation == "datetime" else f"plain({name})"


def simple(kind: inspect.Type) -> str:
    """The annotation of a value that is no model."""
    match kind:
        case inspect.StrType(pattern=pattern):
            return "datetime" if pattern == TIME_PATTERN else "str"
        case inspect.DateTimeType():
            return "datetime"
        case inspect.LiteralType() | inspect.EnumType():
            return "str"  # values may come that are not known yet
        case inspect.BoolType():
            return "bool"
        case inspect.IntType():
            return "int"
        case inspect.FloatType():
            return "float"
        case inspect.ListType(item_type=item):
            inner = " | ".join(dict.fromkeys(simple(part) for part in parts(item))) or "Any"
            return f"list[{inner}]"
        case inspect.DictType():
            return "dict[str, Any]"
    return "Any"


def render_models() -> str:
    """The module of the models."""
    kinds = models()
    classes = []
    for kind in kinds:
        body = "".join(map(model_field, fields(kind)))
        about = docstring(" ".join((kind.__doc__ or "").split()), indent="    ")
        classes.append(f"class {kind.__name__}(Model):\n{about}\n" + (f"\n{body}" if body else ""))
    text = "\n\n".join(classes)
    makers = ["Model", "many", "moment", "one", "plain", "tagged"]
    return (
        f'"""What the API answers, a class for each kind of object."""\n\n'
        "from __future__ import annotations\n\n"
        "from datetime import datetime\nfrom typing import Any\n\n"
        f"from heliograph.client.model import {', '.join(makers)}\n\n"
        f"__all__ = [{', '.join(sorted(repr(kind.__name__) for kind in kinds))}]\n\n\n{text}"
    )
