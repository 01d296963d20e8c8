"""The client has every operation of the table, with the same bodies and responses, and the façade is complete."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from tools.client_groups import group_names
from tools.client_models import fields, is_model
from tools.unasync import to_sync

import heliograph
from heliograph import AsyncClient, Client, Model
from heliograph import models as lazy_models
from heliograph.client.arguments import path_names, snake
from heliograph.client.model import fields_of
from heliograph.client.requesting import OPERATION
from heliograph.wire.operations import AnyOperation

CLIENT = Client("http://127.0.0.1:9")


def method_of(operation: AnyOperation, client: Any = CLIENT) -> Any:
    """The method of a client for an operation."""
    return getattr(getattr(client, group_names(operation.tag)[0]), snake(operation.name))


@pytest.mark.parametrize("operation", OPERATION.values(), ids=lambda one: one.name)
def test_every_operation_is_a_method_of_its_group(operation: AnyOperation) -> None:
    method = method_of(operation)
    names = list(inspect.signature(method).parameters)
    path = [snake(name) for name in path_names(operation)]
    assert names[: len(path)] == path
    if operation.body.kind:
        assert names[len(path)] == "body"
    if isinstance(operation.body.kind, type):
        assert {field.name for field in fields(operation.body.kind)} <= set(names)
    hints = get_type_hints(method)
    kind = operation.response.kind
    assert hints["return"].__name__ == (kind.__name__ if is_model(kind) else "Model")
    about = inspect.getdoc(method) or ""
    assert operation.about.split()[:3] == about.split()[:3] or not operation.about
    for error in operation.errors:
        assert error.__name__ in about
    assert f"`{operation.method} {operation.path}`" in " ".join(about.split())


def test_the_async_client_has_the_same_methods() -> None:
    other = AsyncClient("http://127.0.0.1:9")
    for operation in OPERATION.values():
        plain, asynchronous = method_of(operation), method_of(operation, other)
        assert inspect.iscoroutinefunction(asynchronous)
        assert list(inspect.signature(plain).parameters) == list(inspect.signature(asynchronous).parameters)


def test_models_have_the_fields_of_the_wire_types() -> None:
    for operation in OPERATION.values():
        if is_model(operation.response.kind):
            model: type[Model] = getattr(lazy_models, operation.response.kind.__name__)
            assert {one.name for one in fields_of(model).values()} == {
                one.encode_name for one in fields(operation.response.kind)
            }


def test_every_name_of_the_facade_can_be_imported() -> None:
    assert len(heliograph.__all__) < 30, "the other names are in heliograph.models"
    assert not set(heliograph.__all__) & set(lazy_models.__all__)
    for name in [*heliograph.__all__, *lazy_models.__all__]:
        value = getattr(heliograph, name)
        assert getattr(value, "__name__", name) == name
        assert inspect.getdoc(value)
        assert name in dir(heliograph)
    assert set(dir(lazy_models)) == set(lazy_models.__all__)
    assert all(getattr(lazy_models, name) is getattr(heliograph, name) for name in lazy_models.__all__)
    with pytest.raises(AttributeError, match="module 'heliograph' has no attribute 'Nothing'"):
        heliograph.Nothing  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(ImportError):
        from heliograph import Nothing  # type: ignore[attr-defined]  # noqa: F401


def imported(statement: str) -> set[str]:
    """The packages outside of the standard library that a statement imports in a new process."""
    program = (
        "import sys; old = set(sys.modules)\n"
        f"{statement}\n"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - old})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split()) - {*sys.stdlib_module_names, "heliograph", "typing_extensions"}


def test_importing_loads_no_other_packages() -> None:
    assert imported("import heliograph") == set()
    made = "from heliograph import Client, BasicAuth, ParticipantJoinBody; Client({!r})"
    assert imported(made.format("http://127.0.0.1")) == {"msgspec"}
    assert imported(made.format("https://example.invalid")) == {"msgspec", "certifi"}
    packages = imported("from heliograph import AsyncClient")
    assert {"msgspec", "httpx"} <= packages
    assert not packages & {"starlette", "uvicorn", "jwt", "cryptography"}


def test_an_async_line_becomes_a_sync_one() -> None:
    used: set[str] = set()
    assert (
        to_sync("async with AsyncClient() as c:\n    await c.close()\n", used) == "with Client() as c:\n    c.close()\n"
    )
    assert used
    for path in (Path(heliograph.__file__).parent / "client/_generated/sync_api").glob("*.py"):
        code = path.read_text().partition("\n")[2]
        assert not re.search("async|await", code, re.IGNORECASE)
