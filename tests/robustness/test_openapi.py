"""The OpenAPI document is valid, complete, and consistent with the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from heliograph.wire.operations import Credential
from heliograph.wire.table.console import CONSOLE_OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.sandbox import SANDBOX_TOOLS
from tests.harness import Caller
from tests.security.calls import OFFERED, Walk, parameters_of

pytestmark = pytest.mark.one_engine


@pytest.fixture(scope="module")
def document(account: Caller) -> Any:
    """The document, fetched without credentials."""
    answer = account.http.get(f"{account.url}/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def breaches(document: Any, schema: Any, value: Any) -> list[str]:
    """Violations of the schema, which may refer to the components of the document."""
    validator = OAS31Validator({**schema, "components": document["components"]})
    return [error.message for error in validator.iter_errors(value)]


def media_types(document: Any) -> Iterator[tuple[str, Any]]:
    """Every media type object of the document, with a name for it."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name = f"{method} {path}"
            if "requestBody" in operation:
                for media in operation["requestBody"]["content"].values():
                    yield f"{name} body", media
            for status, response in operation["responses"].items():
                for media in response["content"].values():
                    yield f"{name} {status}", media


def test_it_is_valid_openapi_3_1(document: Any) -> None:
    assert document["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_it_lists_exactly_the_offered_operations(document: Any) -> None:
    listed = {
        (operation["operationId"], method.upper(), path)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert listed == {
        (operation.name, operation.method, operation.path)
        for operation in (*OFFERED, *EXTENSIONS, *SANDBOX_TOOLS, *CONSOLE_OPERATIONS)
    }


@pytest.mark.parametrize("operation", OFFERED, ids=lambda one: one.name)
def test_it_describes_an_operation_in_full(document: Any, operation: Any) -> None:
    described = document["paths"][operation.path][operation.method.lower()]
    named = {one["name"] for one in described.get("parameters", []) if one["in"] == "path"}
    assert named == set(parameters_of(operation))
    assert ("requestBody" in described) == (operation.body.kind is not None)
    statuses = set(map(int, described["responses"]))
    assert {operation.status, 401, 500, 503} <= statuses
    assert operation.credential is Credential.IGNORED or {403, 429} <= statuses
    assert {error.status for error in operation.errors} <= statuses
    assert [status for status in statuses if status < 400] == [operation.status]
    assert described["description"]
    assert described["summary"]


def test_its_examples_fit_its_schemas(document: Any) -> None:
    seen = 0
    for name, media in media_types(document):
        examples = [media["example"]] if "example" in media else []
        examples += [one["value"] for one in media.get("examples", {}).values()]
        # Swagger UI shows a file field instead of an example.
        assert examples or not media or name == "post /v2/apps/{appId}/attachments body", f"{name} has no example"
        for example in examples:
            assert breaches(document, media["schema"], example) == [], name
            seen += 1
    assert seen > 2 * len(OFFERED)


def test_every_schema_is_used_and_every_reference_leads_somewhere(document: Any) -> None:
    references = {name.rpartition("/")[2] for name in _references(document)}
    components = document["components"]
    assert references == {*components["schemas"], *components["headers"]}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def test_responses_are_as_documented(document: Any, account: Caller) -> None:
    answers = Walk(account).run()
    assert {operation.name for operation, _ in answers} == {operation.name for operation in OFFERED}
    for operation, answer in answers:
        described = document["paths"][operation.path][operation.method.lower()]["responses"]
        assert str(answer.status_code) in described, f"{operation.name}: {answer.status_code} {answer.text}"
        content_type = answer.headers["content-type"].partition(";")[0]
        media = described[str(answer.status_code)]["content"][content_type]
        assert answer.headers["x-request-id"]
        if content_type == "text/plain":
            assert answer.text == f"Found. Redirecting to {answer.headers['location']}"
            continue
        assert breaches(document, media["schema"], answer.json()) == [], operation.name
        assert not list(_nulls(answer.json())), operation.name


def _nulls(value: Any) -> Iterator[None]:
    if value is None:
        yield None
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _nulls(item)
