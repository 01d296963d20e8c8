"""Reads every example response of the API document, with our own values: 143 examples of 66 operations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from heliograph import ApiError, Client, Model, models
from heliograph.client.model import fields_of
from heliograph.client.requesting import OPERATION, PreparedRequest
from tests.cases import each

ANSWERS: dict[str, list[tuple[int, dict[str, Any]]]] = json.loads(
    (Path(__file__).parent / "recorded/answers.json").read_text()
)
# Fields of examples that the types lack. Most are in no schema of the API document either.
UNTYPED = {"hasPaymentInfo", "localeOrigin", "uri", 'text"'}
CASES = [(name, status, body) for name, answers in ANSWERS.items() for status, body in answers]


def unknown(value: Any, path: str = "") -> Iterator[str]:
    """Read every field of a model and of the models in it; yields the fields that their types lack."""
    if isinstance(value, list):
        for item in value:
            yield from unknown(item, path)
    if not isinstance(value, Model):
        return
    assert repr(value)
    known = {field.name for field in fields_of(type(value)).values()}
    yield from (f"{path}{name}" for name in value.to_dict() if name not in known)
    for name in fields_of(type(value)):
        yield from unknown(getattr(value, name), f"{path}{name}.")


@each(CASES, lambda case: f"{case[0]}, {case[1]}")
def test_every_example_is_read(case: tuple[str, int, dict[str, Any]]) -> None:
    name, status, body = case
    operation = OPERATION[name]
    kind: type[Model] = getattr(models, getattr(operation.response.kind, "__name__", ""), Model)
    transport = httpx.MockTransport(lambda request: httpx.Response(status, json=body))
    with Client(transport=transport, max_retries=0) as client:
        if status < 300:
            answer = client.send(PreparedRequest(operation, "/", None), kind)
            assert answer.to_dict() == body
            assert kind is Model or {path.rpartition(".")[2] for path in unknown(answer)} <= UNTYPED
            return
        with pytest.raises(ApiError) as caught:
            client.send(PreparedRequest(operation, "/", None), kind)
    assert (caught.value.status, caught.value.code) == (status, body["errors"][0]["code"])
