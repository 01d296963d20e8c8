"""Writes the public names of the official Python client that is on PYTHONPATH, as JSON."""

from __future__ import annotations

import enum
import inspect
import json
import pkgutil
import re
import sys
from importlib import import_module
from typing import Any

import sunshine_conversations_client as official


def modules() -> list[Any]:
    """Every module of the library."""
    found = pkgutil.walk_packages(official.__path__, f"{official.__name__}.")
    return [import_module(module.name) for module in found]


def classes(module: Any) -> dict[str, Any]:
    """The classes that a module defines."""
    found = vars(module).items()
    return {name: kind for name, kind in found if inspect.isclass(kind) and kind.__module__ == module.__name__}


def model(kind: Any) -> dict[str, Any] | None:
    """The fields of a model with their names in the API, in the order of its constructor; its kinds; its members."""
    if issubclass(kind, enum.Enum):
        return {"members": {member.name: member.value for member in kind}}
    if hasattr(kind, "model_fields"):  # release 17
        fields = {name: field.alias or name for name, field in kind.model_fields.items()}
        choice = next((kind.model_fields[name].default for name in fields if name.endswith("_of_schemas")), None)
        if choice is not None:
            return {"kinds": sorted(choice)}
        kinds = {name: kinds_in(field.annotation) for name, field in kind.model_fields.items()}
        return {"fields": fields, "order": [], "holds": kinds}
    if hasattr(kind, "attribute_map"):
        order = [name for name in inspect.signature(kind.__init__).parameters if name in kind.attribute_map]
        members = {name: value for name, value in vars(kind).items() if name.isupper()}
        kinds = {name: kinds_in(one) for name, one in kind.openapi_types.items()}
        found = {"fields": kind.attribute_map, "order": order, "holds": kinds}
        return found if kind.attribute_map else {"members": members}
    return None


def kinds_in(annotation: Any) -> list[str]:
    """The models that a field of this type can hold."""
    words = re.findall(r"\w+", str(annotation))
    return sorted({word for word in words if hasattr(official, word) and word[0].isupper()})


def methods(kind: Any) -> dict[str, list[list[Any]]]:
    """The parameters of the methods of an API class, and whether each is required."""
    found = {name: one for name, one in vars(kind).items() if inspect.isfunction(one) and name[0] != "_"}
    return {
        name: [
            [one.name, one.default is one.empty]
            for one in list(inspect.signature(method).parameters.values())[1:]
            if one.kind is not one.VAR_KEYWORD
        ]
        for name, method in found.items()
    }


def main() -> None:
    """Write all names."""
    paths: dict[str, list[str]] = {}
    models: dict[str, Any] = {}
    apis: dict[str, Any] = {}
    for module in modules():
        found = classes(module)
        paths[module.__name__.partition(".")[2]] = list(found)
        if ".model." in module.__name__:
            models |= {name: model(kind) for name, kind in found.items()}
        if ".api." in module.__name__:
            apis |= {name: methods(kind) for name, kind in found.items()}
    exported = [name for name, kind in vars(official).items() if inspect.isclass(kind)]
    json.dump({"modules": paths, "models": models, "apis": apis, "exported": exported}, sys.stdout)


if __name__ == "__main__":
    main()
