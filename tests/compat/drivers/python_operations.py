"""Calls any operation of the official Python client with a JSON body, using the methods and models of the release."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

from tests.compat.drivers.python_library import PYDANTIC, official

Args = dict[str, Any]

FILTERS = {
    "ListApps": "AppListFilter",
    "ListConversations": "ConversationListFilter",
    "ListIntegrations": "IntegrationListFilter",
}
OPTIONAL_BODIES = {"ReleaseControl": "ReleaseControlBody", "SyncUser": "SyncUserBody"}


def snake(name: str) -> str:
    """A name of the API in snake case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=SDK)(?=[A-Z])", "_", name).lower()


def camel(name: str) -> str:
    """The name of the class of a parameter."""
    return "".join(word[:1].upper() + word[1:] for word in name.split("_"))


def method_of(client: Any, name: str) -> Callable[..., Any] | None:
    """The method of an operation, if the release has it."""
    apis = import_module(f"{official.__name__}.api")
    for kind in (getattr(apis, one) for one in getattr(apis, "__all__", dir(apis))):
        if inspect.isclass(kind) and hasattr(kind, snake(name)):
            method: Callable[..., Any] = getattr(cast(Any, kind)(client), snake(name))
            return method
    return None


def operation(client: Any, app_id: str, args: Args) -> Any:
    """Call an operation with the ids of its path, its body, its query and the path of a file."""
    name = args["name"]
    method = method_of(client, name)
    assert method is not None
    if name == "GetTokenInfo":  # the document has no security for it, so the library sends no credential
        client.set_default_header("Authorization", args["authorization"])
    required = [one for one in list(inspect.signature(method).parameters)[len(args["ids"]) :] if one != "kwargs"]
    given = grouped(name, args["query"])
    if args.get("file"):
        given["source"] = args["file"]
    if args["body"] is not None:
        parameter = next((one for one in required if one not in given and is_body(one)), None)
        if parameter is None and hasattr(official, OPTIONAL_BODIES.get(name, "")):
            parameter = snake(OPTIONAL_BODIES[name])
        if parameter is not None:  # some releases have an operation without its optional body
            given[parameter] = model_of(parameter, args["body"])
    return method(*args["ids"], **given)


def is_body(parameter: str) -> bool:
    """Whether this may be the parameter of a body."""
    return parameter[0] != "_" and hasattr(official, camel(parameter))


def grouped(name: str, query: Args) -> Args:
    """The query parameters as keyword arguments, with a model for `page` and for `filter`."""
    groups: dict[str, Args] = {"page": {}, "filter": {}}
    given: Args = {}
    for key, value in query.items():
        group, _, inner = key.rstrip("]").partition("[")
        if inner:
            groups[group][snake(inner)] = value
        else:
            given[snake(key)] = value
    if groups["page"]:
        given["page"] = official.Page(**groups["page"])
    if groups["filter"]:
        # No release has ListUsers, so its filter has no model.
        given["filter"] = getattr(official, FILTERS[name])(**groups["filter"]) if name in FILTERS else groups["filter"]
    return given


def model_of(parameter: str, body: Args) -> Any:
    """The body as the model that the release has for the parameter."""
    kind: Any = getattr(official, camel(parameter))
    made = filled(getattr(official, member_of(parameter, body)), body)
    return kind(made) if "actual_instance" in getattr(kind, "model_fields", ()) else made


def member_of(parameter: str, body: Args) -> str:
    """The name of the class of a body. For a choice between classes, that of the matching one."""
    match parameter:
        case "integration":
            return camel(body["type"])
        case "integration_update":
            return "CustomUpdate"
        case "participant_leave_body":
            return f"ParticipantLeaveBody{camel(next(iter(body)))}"
        case "conversion_events_body" if PYDANTIC:
            return "WhatsAppConversionEventsBody"
    return camel(parameter)


def filled(kind: Any, body: Args) -> Any:
    """A model with those fields of the body that the release has."""
    if PYDANTIC:
        return kind.from_dict(body)
    given = {snake(name): value for name, value in body.items()}
    if hasattr(kind, "openapi_types"):
        known = {name for one in kind.__mro__ for name in getattr(one, "openapi_types", ())}
        given = {name: value for name, value in given.items() if name in known}
    return kind(**given)
