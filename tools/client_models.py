"""Renders the models of the client from the wire types of responses and of event payloads."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, TypeGuard

from msgspec import UNSET, inspect

from heliograph.client.requesting import OPERATION
from heliograph.wire import events
from heliograph.wire.base import Response, Time
from tools.writing import docstring

TIME_PATTERN = inspect.type_info(Time).type.pattern  # type: ignore[attr-defined]


def parts(kind: inspect.Type) -> list[inspect.Type]:
    """The members of a union without None and UNSET, or the type itself."""
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
    """The structs in a type: itself, members of a union, or items of a list."""
    found = []
    for part in parts(kind):
        if isinstance(part, inspect.StructType):
            found.append(part)
        elif isinstance(part, inspect.ListType):
            found += structs_in(part.item_type)
    return found


def models() -> list[type[Any]]:
    """Every type of a response or an event payload; nested types come first."""
    ordered: dict[type[Any], None] = {}
    visited: set[type[Any]] = set()

    def visit(kind: type[Any]) -> None:
        if kind in visited:
            return
        visited.add(kind)
        for field in fields(kind):
            for struct in structs_in(field.type):
                visit(struct.cls)
        ordered[kind] = None

    for operation in OPERATION.values():
        if is_model(operation.response.kind):
            visit(operation.response.kind)
    for payload in events.PAYLOADS.values():
        visit(payload)
    return list(ordered)


def is_model(kind: object) -> TypeGuard[type[Response]]:
    """Whether a response has a model. The responses of passthrough operations depend on the channel and have none."""
    return isinstance(kind, type) and issubclass(kind, Response)


def model_field(field: inspect.Field, known: Container[str]) -> str:
    """The line of an attribute: its name, type and conversion. `known` are the classes defined above it."""
    annotation, expression = read_as(field.type, repr(field.encode_name).replace("'", '"'), known)
    optional = "" if field.required or annotation == "Any" else " | None"
    return f"    {field.name}: {annotation}{optional} = {expression}\n"


def tag_field(struct: type[Any]) -> str:
    """The line of the tag of a union member, because a tag is not a field of the struct; "" for other structs."""
    name = struct.__struct_config__.tag_field
    return f'    {name}: str = plain("{name}")\n' if name else ""


def read_as(kind: inspect.Type, name: str, known: Container[str]) -> tuple[str, str]:
    """The annotation of an attribute, and the expression of its field."""

    def converter(struct: inspect.StructType) -> str:
        # Messages quote messages: a class that is defined later is looked up when it is called.
        name = struct.cls.__name__
        return name if name in known else f"lambda value: {name}(value)"

    several = [part for part in parts(kind) if isinstance(part, inspect.ListType)]
    structs = structs_in(kind)
    if len(structs) == 1:
        inner, expression = structs[0].cls.__name__, converter(structs[0])
        return (f"list[{inner}]", f"many({name}, {expression})") if several else (inner, f"one({name}, {expression})")
    if structs:
        inner = " | ".join([*(struct.cls.__name__ for struct in structs), "UnknownKind"])
        kinds = ", ".join(f'"{struct.tag}": {converter(struct)}' for struct in structs)
        options = ", several=True" if several else ""
        return (
            f"list[{inner}]" if several else inner,
            f'tagged({name}, "{structs[0].tag_field}", {{{kinds}}}{options})',
        )
    annotations = list(dict.fromkeys(simple(part) for part in parts(kind)))
    annotation = "Any" if "Any" in annotations or not annotations else " | ".join(annotations)
    return annotation, f"timestamp({name})" if annotation == "datetime" else f"plain({name})"


def simple(kind: inspect.Type) -> str:
    """The annotation of a value that is not a model."""
    match kind:
        case inspect.StrType(pattern=pattern) if pattern == TIME_PATTERN:
            return "datetime"
        case inspect.DateTimeType():
            return "datetime"
        case inspect.BytesType():
            return "FileSource"
        case inspect.ListType(item_type=item):
            inner = " | ".join(dict.fromkeys(simple(part) for part in parts(item))) or "Any"
            return f"list[{inner}]"
    return scalar(kind)


def scalar(kind: inspect.Type) -> str:
    """The annotation of a value as JSON has it, apart from lists and models. A time is a text."""
    match kind:
        case inspect.StrType() | inspect.DateTimeType():
            return "str"
        case inspect.LiteralType() | inspect.EnumType():
            return "str"  # the server may send values that this version does not know
        case inspect.BoolType():
            return "bool"
        case inspect.IntType():
            return "int"
        case inspect.FloatType():
            return "float"
        case inspect.BytesType():
            return "bytes"
        case inspect.DictType():
            return "dict[str, Any]"
    return "Any"


def render_models() -> str:
    """The module of the models."""
    kinds = models()
    names = [kind.__name__ for kind in kinds]
    assert len(set(names)) == len(names), "two types have the same name"
    classes = []
    for number, kind in enumerate(kinds):
        body = tag_field(kind) + "".join(model_field(field, names[:number]) for field in fields(kind))
        about = docstring(" ".join((kind.__doc__ or "").split()), indent="    ")
        classes.append(f"class {kind.__name__}(Model):\n{about}\n" + (f"\n{body}" if body else ""))
    return (
        '"""The objects of responses, a class for each type."""\n\nfrom __future__ import annotations\n\n'
        "from datetime import datetime\nfrom typing import Any\n\n"
        "from heliograph.client.model import Model, UnknownKind, many, timestamp, one, plain, tagged\n\n"
        f"__all__ = [{', '.join(sorted(map(repr, names)))}]\n\n\n" + "\n\n".join(classes)
    )


def event_name(trigger: str) -> str:
    """The class of an event, such as `ConversationJoinEvent`."""
    return "".join(f"{word[0].upper()}{word[1:]}" for word in trigger.split(":")) + "Event"


def render_events() -> str:
    """The module of the events of webhooks."""
    payloads = {trigger: payload.__name__ for trigger, payload in events.PAYLOADS.items()}
    classes = [
        f'class {event_name(trigger)}(Event):\n    """`{trigger}`."""\n\n'
        f'    payload: {payload} = one("payload", {payload})\n'
        for trigger, payload in payloads.items()
    ]
    table = ", ".join(f'"{trigger}": {event_name(trigger)}' for trigger in payloads)
    names = sorted(['"EVENTS"', '"Event"', *(f'"{event_name(trigger)}"' for trigger in payloads)])
    return (
        '"""The events of webhooks, a class for each trigger."""\n\nfrom __future__ import annotations\n\n'
        "from datetime import datetime\n\nfrom heliograph.client.model import Model, timestamp, one, plain\n"
        f"from heliograph.client._generated.models import {', '.join(sorted(set(payloads.values())))}\n\n"
        f"__all__ = [{', '.join(names)}]\n\n\n"
        "class Event(Model):\n"
        '    """An event. Events of triggers that this version does not know have this class."""\n\n'
        '    id: str = plain("id")\n    type: str = plain("type")\n    created_at: datetime = timestamp("createdAt")\n'
        '    payload: Model = one("payload", Model)\n\n\n' + "\n\n".join(classes) + "\n\n"
        f'EVENTS: dict[str, type[Event]] = {{{table}}}\n"""The event classes by trigger."""\n'
    )
