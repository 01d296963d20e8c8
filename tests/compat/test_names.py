"""`heliograph.compat` has every name that the releases of the official library offer, with the same parameters."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

import heliograph.compat
from heliograph.compat import models
from heliograph.compat.calls import Options
from heliograph.compat.fields import Model, OneOf, fields_of, kinds_of
from tests.compat.official import DRIVERS, INSTALLED, PYTHON

# The class that sends requests with urllib3, and types of settings.
INTERNAL = {
    "rest": {"RESTClientObject"},
    "configuration": {
        "APIKeyAuthSetting",
        "AuthSettings",
        "BasicAuthSetting",
        "BearerAuthSetting",
        "BearerFormatAuthSetting",
        "GenericAuthSetting",
        "HTTPSignatureAuthSetting",
        "HostSetting",
        "HostSettingVariable",
        "OAuth2AuthSetting",
    },
}
# Parameters that have another name in some release.
RENAMED = {"inline_object": "get_token_request"}
# Fields whose class in release 17 differs from earlier releases. Ours is the class of release 17.
CHANGED_IN_17 = {
    "Content.actions",
    "Content.fields",
    "ConversationMessageDeliveryFailureEvent.payload",
    "ConversationMessageDeliveryPayload.external_messages",
    "ConversationReadEventAllOfPayload.activity",
    "ConversationTypingEventAllOfPayload.activity",
    "FormMessageField.options",
    "MessageWebhook.source",
    "PrechatCapture.fields",
}


@pytest.fixture(scope="module", params=PYTHON)
def release(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The names that a release offers."""
    library = INSTALLED / request.param.replace("python ", "py-")
    run = subprocess.run(
        [sys.executable, str(DRIVERS / "python_names.py")],
        env={**os.environ, "PYTHONPATH": str(library)},
        capture_output=True,
        check=True,
    )
    names: dict[str, Any] = json.loads(run.stdout)
    assert len(names["apis"]) == 17
    assert len(names["models"]) > 250
    return names


def test_every_module_has_its_classes(release: dict[str, Any]) -> None:
    missing = []
    for path, classes in release["modules"].items():
        module = import_module(f"heliograph.compat.{path}")
        names = set(classes) - INTERNAL.get(path, set())
        missing += [f"{path}.{name}" for name in names if not hasattr(module, name)]
    assert missing == []
    assert [name for name in release["exported"] if not hasattr(heliograph.compat, name)] == []


def test_every_method_takes_the_same_arguments(release: dict[str, Any]) -> None:
    for name, methods in release["apis"].items():
        kind = getattr(heliograph.compat, name)
        for method, expected in methods.items():
            parameters = list(inspect.signature(getattr(kind, method)).parameters.values())[1:]
            assert parameters.pop().kind is inspect.Parameter.VAR_KEYWORD
            official = [RENAMED.get(one, one) for one, _ in expected if one not in Options.__annotations__]
            ours = [one.name for one in parameters]
            # Earlier releases take optional arguments by keyword only, and their signatures do not show them.
            assert ours[: len(official)] == official, f"{name}.{method}"
            required = {RENAMED.get(one, one) for one, required in expected if required}
            assert {one.name for one in parameters if one.default is one.empty} == required, f"{name}.{method}"


def test_every_model_has_its_fields(release: dict[str, Any]) -> None:
    for name, expected in release["models"].items():
        kind: Any = getattr(models, name)
        if "members" in expected:
            assert {member: kind[member] for member in expected["members"]} == expected["members"]
        elif "kinds" in expected:
            assert issubclass(kind, OneOf)
            assert sorted(set(kinds_of(kind).values())) == expected["kinds"], name
        else:
            for attribute, json_name in expected["fields"].items():
                model = kind(**{attribute: "x"})
                assert getattr(model, attribute) == getattr(model, json_name) == "x"
                assert model.to_dict() == {json_name: "x"}, f"{name}.{attribute}"


def test_every_field_holds_the_same_class(release: dict[str, Any]) -> None:
    others = set()
    for name, expected in release["models"].items():
        kind: Any = getattr(models, name)
        for attribute, holds in expected.get("holds", {}).items():
            (name_of_ours,) = kind(**{attribute: "x"}).model_dump(exclude_none=True)
            ours = fields_of(kind)[name_of_ours].kind
            if holds != ([ours] if ours else []):
                others.add(f"{kind.__name__}.{attribute}")
    assert others == (set() if "api_response" in release["modules"] else CHANGED_IN_17)


def test_models_take_values_in_the_order_of_release_16(release: dict[str, Any]) -> None:
    for name, expected in release["models"].items():
        kind: Any = getattr(models, name)
        order = expected.get("order", [])
        if not order or issubclass(kind, OneOf) or name.endswith("AllOf"):
            continue
        # Between 14 and 16, two classes got new fields between existing ones.
        if name not in ("DefaultResponderDefaultResponder", "Whatsapp"):
            assert [attribute for attribute in fields_of(kind) if attribute in order] == order, name


def test_every_model_is_in_the_table() -> None:
    listed = {getattr(models, name) for name in models.__all__}
    made = {kind for kind in Model.__subclasses__() if kind.__module__ == models.__name__}
    assert made <= listed
