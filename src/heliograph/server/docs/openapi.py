"""The OpenAPI 3.1 document, rendered from the operations table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from heliograph import errors
from heliograph._version import __version__
from heliograph.errors import ApiError
from heliograph.server.docs.examples import example_of
from heliograph.server.docs.parameters import (
    FILTERS,
    FILTERS_OF,
    IDEMPOTENCY_KEY,
    KEY_PATTERN,
    METADATA_FILTER,
    ONE_OF,
    PATH_VALUES,
    QUERY,
    REQUEST_HEADERS,
)
from heliograph.server.http.responses import ErrorResponse
from heliograph.wire.base import Body, Response
from heliograph.wire.bulk import BulkJoin, BulkLeave
from heliograph.wire.formats import Format, Json
from heliograph.wire.messages import MESSAGES_PER_PAGE
from heliograph.wire.operations import AnyOperation, Credential, Scope
from heliograph.wire.paging import DEFAULT_SIZE
from heliograph.wire.participants import ParticipantBody, ParticipantJoinBody, ParticipantLeaveBody
from heliograph.wire.paths import AppPath, UserPath
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.extensions.app_contents import CONTENTS_TAG
from heliograph.wire.table.extensions.history import HISTORY_TAG
from heliograph.wire.table.extensions.imports import IMPORTS_TAG
from heliograph.wire.table.extensions.memberships import MEMBERSHIPS_TAG

JSON = dict[str, Any]
Schemas = dict[Any, JSON]
"""The schema of each type of body and response: for most of them a reference to a component."""
_REFERENCE = "#/components/schemas/{name}"

# The errors of every operation; those with a body, or with an app in their path, have more.
_ALWAYS: tuple[type[ApiError], ...] = (errors.ServerError, errors.ServiceUnavailable)
_WITH_CREDENTIAL: tuple[type[ApiError], ...] = (errors.Unauthorized, errors.Forbidden, errors.RateLimited)
_WITH_BODY: tuple[type[ApiError], ...] = (
    errors.BadRequest,
    errors.RequestTimeout,
    errors.PayloadTooLarge,
    errors.UnsupportedMediaType,
)
_EXTENSION = "Extensions of this server to the Sunshine Conversations API."
_TAG_DESCRIPTIONS = {
    "Deliveries": _EXTENSION,
    CONTENTS_TAG: "Extensions of this server: everything in an app, for the console.",
    MEMBERSHIPS_TAG: "Extensions of this server: who is in a conversation, and in which conversations a user is.",
    IMPORTS_TAG: "Extensions of this server: imports from another server.",
    HISTORY_TAG: "Extensions of this server: who joined and left conversations, when, and by which key.",
    "End users": "Extensions of this server: what a user, an SDK or a channel does.",
    "OAuth Clients": _EXTENSION,
    "Console": "Sign-in to the console, which only a server with `--console` has.",
    "Sandbox": "Tools for tests, which only a sandbox has.",
}

# Rules between fields, where JSON Schema can express them.
_ONE_USER: JSON = {"oneOf": [{"required": ["userId"]}, {"required": ["userExternalId"]}]}
_RULES: dict[type[Body], JSON] = {
    ParticipantBody: _ONE_USER,
    ParticipantJoinBody: {**_ONE_USER, "required": ["subscribeSDKClient"]},
    BulkJoin: {**_ONE_USER, "required": ["type", "subscribeSDKClient"]},
    ParticipantLeaveBody: {"minProperties": 1, "maxProperties": 1},
    BulkLeave: {"minProperties": 2, "maxProperties": 2},
}
_TEXT: JSON = {"type": "string"}
_KEY: JSON = {"type": "string", "pattern": KEY_PATTERN}
_HEADERS: dict[str, tuple[str, JSON]] = {
    "X-Request-Id": ("The client's own id if it sent a valid one, or a new one.", _TEXT),
    "Location": ("The URL of the redirect.", _TEXT),
    "WWW-Authenticate": ("The authentication schemes.", _TEXT),
    "ETag": (
        "The version of the membership in quotes, which `If-Match` takes. A list of former members, and progress as "
        "NDJSON, have none.",
        _TEXT,
    ),
    "Retry-After": ("Seconds after which to retry.", {"type": "integer", "minimum": 0}),
}
_OPTIONAL_HEADERS = ("ETag",)
_SECURITY: dict[Credential, list[JSON]] = {
    Credential.OPTIONAL: [{}, {"basicAuth": []}, {"bearerAuth": []}],
    Credential.IGNORED: [],
}
_HEADERS_OF = {302: ["Location"], 401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}


OFFERED = (*OPERATIONS, *EXTENSIONS)
"""The operations of every server."""


def document(operations: Sequence[AnyOperation] = OFFERED) -> JSON:
    """The OpenAPI document of these operations, by default of all."""
    formats = [format for one in operations for format in (one.body, one.response)]
    types = [kind for format in formats for kinds in format.contents.values() for kind in kinds] + [ErrorResponse]
    # One call for all types: each call would resolve the annotations of everything that its types refer to.
    references, schemas = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    schema_of = dict(zip(types, references, strict=True))
    for kind in _subclasses(Response):
        for field in schemas.get(kind.__name__, {}).get("properties", {}).values():
            _never_null(field)
    for body, rule in _RULES.items():
        if body.__name__ in schemas:
            schemas[body.__name__].update(rule)
    paths: JSON = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schema_of)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Heliograph",
            "version": __version__,
            "summary": "The open, self-hosted server of the Sunshine Conversations API v2.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": ".", "description": "This server."}],
        "security": [{"basicAuth": []}, {"bearerAuth": []}],
        "tags": [_tag(name) for name in dict.fromkeys(operation.tag for operation in operations)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": {
                name: {"description": about, "required": name not in _OPTIONAL_HEADERS, "schema": schema}
                for name, (about, schema) in _HEADERS.items()
            },
            "securitySchemes": {
                "basicAuth": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "The id of an API key as the user name, and its secret as the password.",
                },
                "bearerAuth": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "Signed with HS256 and the secret of an API key, whose id is the `kid` of the "
                    "header. The claim `scope` is `app`, `account` or `integration`.",
                },
            },
        },
    }


def _tag(name: str) -> JSON:
    return {"name": name, "description": _TAG_DESCRIPTIONS[name]} if name in _TAG_DESCRIPTIONS else {"name": name}


def _subclasses(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from _subclasses(one)


def _never_null(field: JSON) -> None:
    """Remove null from the types of a field: unset fields are left out of responses."""
    if field.get("default", ...) is None:
        del field["default"]
    kinds = field.get("anyOf", [])
    if {"type": "null"} in kinds:
        kinds.remove({"type": "null"})
        if len(kinds) == 1:
            field.update(field.pop("anyOf")[0])


def _operation(operation: AnyOperation, schema_of: Schemas) -> JSON:
    rendered: JSON = {
        "operationId": operation.name,
        "summary": _title(operation.name),
        "description": f"{operation.about}\n\n{_credential(operation)}",
        "tags": [operation.tag],
        "responses": _responses(operation, schema_of),
    }
    if parameters := [
        *_path_parameters(operation),
        *_query_parameters(operation),
        *(_header(name) for name in operation.headers),
        *([_header(IDEMPOTENCY_KEY, _KEY)] if operation.takes_key else ()),
    ]:
        rendered["parameters"] = parameters
    if content := _content(operation.body, schema_of):
        rendered["requestBody"] = {"required": operation.body.is_required, "content": content}
    if operation.credential is not Credential.REQUIRED:
        rendered["security"] = _SECURITY[operation.credential]
    return rendered


def _header(name: str, schema: JSON = _TEXT) -> JSON:
    return {"name": name, "in": "header", "description": REQUEST_HEADERS[name], "schema": schema}


def _credential(operation: AnyOperation) -> str:
    scopes = f"Scope: {' or '.join(_scopes(operation))}."
    return {
        Credential.REQUIRED: scopes,
        Credential.OPTIONAL: f"Needs no credential. {scopes}",
        Credential.IGNORED: "Needs no credential.",
    }[operation.credential]


def _title(name: str) -> str:
    words = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    return words.strip()


def _scopes(operation: AnyOperation) -> list[str]:
    return [scope.label for scope in Scope if scope >= operation.scope]


def _content(format: Format[Any], schema_of: Schemas) -> JSON:
    return {media_type: _content_of(kinds, schema_of) for media_type, kinds in format.contents.items()}


def _content_of(kinds: Sequence[Any], schema_of: Schemas) -> JSON:
    if not kinds:
        return {}
    schemas = [schema_of[kind] for kind in kinds]
    content: JSON = {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}
    if (example := example_of(kinds[0])) is not None:
        content["example"] = example
    return content


def _path_parameters(operation: AnyOperation) -> list[JSON]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH_VALUES[name],
            "schema": {"type": "string", "minLength": 1},
        }
        for name in operation.template.names
    ]


def _query_parameters(operation: AnyOperation) -> list[JSON]:
    parameters = []
    if operation.paged:
        default = MESSAGES_PER_PAGE if operation.last_page_first else DEFAULT_SIZE
        cursor = {"type": "string", "pattern": "^[0-9a-f]{24}$"}
        size = {"type": "integer", "minimum": 1, "maximum": operation.largest_page, "default": default}
        about = "At most one of the two cursors, and the number of records."
        page = {"type": "object", "properties": {"after": cursor, "before": cursor, "size": size}}
        parameters.append(_deep_object("page", about, page))
    if operation.filters:
        properties = {name: _filter(operation.tag, name) for name in operation.filters}
        filters: JSON = {"type": "object", "properties": properties}
        if operation.metadata_filter:
            filters["patternProperties"] = {r"^metadata\.": {"type": "string", "description": METADATA_FILTER}}
        if operation.one_filter:
            filters |= {"minProperties": 1, "maxProperties": 1}
        noun = "records" if operation.is_sandbox_tool else operation.tag.lower()
        about = f"Which {noun}{': exactly one of these' if operation.one_filter else ''}."
        parameters.append({**_deep_object("filter", about, filters), "required": operation.one_filter})
    for name in operation.query:
        parameter = {"name": name, "in": "query", "description": QUERY[name], "schema": _TEXT}
        parameters.append({**parameter, "required": True} if name in operation.required else parameter)
    return parameters


def _filter(tag: str, name: str) -> JSON:
    allowed = {"enum": list(ONE_OF[tag, name])} if (tag, name) in ONE_OF else {}
    return {"type": "string", "description": FILTERS_OF.get((tag, name)) or FILTERS[name], **allowed}


def _deep_object(name: str, about: str, schema: JSON) -> JSON:
    return {"name": name, "in": "query", "description": about, "style": "deepObject", "explode": True, "schema": schema}


def _responses(operation: AnyOperation, schema_of: Schemas) -> JSON:
    success: JSON = {"description": "Done.", "headers": _headers(operation.status, *operation.response_headers)}
    if content := _content(operation.response, schema_of):
        success["content"] = content
    rendered: JSON = {str(operation.status): success}
    if (unfinished := operation.response.unfinished_status) is not None:
        rendered[str(unfinished)] = {**success, "description": "Not finished: send the request again to go on."}
    refusals: dict[int, list[type[ApiError]]] = {}
    for error in _refusals(operation):
        refusals.setdefault(error.status, []).append(error)
    for status, kinds in sorted(refusals.items()):
        rendered[str(status)] = {
            "description": " ".join(f"{(kind.__doc__ or kind.title).splitlines()[0]}" for kind in kinds),
            "headers": _headers(status),
            "content": {
                Json.media_type: {
                    "schema": {"$ref": "#/components/schemas/ErrorResponse"},
                    "examples": {
                        kind.__name__: {"value": {"errors": [{"code": kind.code, "title": kind.title}]}}
                        for kind in kinds
                    },
                }
            },
        }
    return rendered


def _headers(status: int, *others: str) -> JSON:
    names = ["X-Request-Id", *_HEADERS_OF.get(status, ()), *others]
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _refusals(operation: AnyOperation) -> list[type[ApiError]]:
    """The errors of the operation, each once."""
    kinds = [*operation.errors, *_ALWAYS]
    if operation.credential is not Credential.IGNORED:
        kinds += _WITH_CREDENTIAL
    if operation.body.contents:
        kinds += _WITH_BODY
    if operation.paged or operation.is_extension or issubclass(operation.template.values, UserPath):
        kinds.append(errors.BadRequest)
    if issubclass(operation.template.values, AppPath):
        kinds.append(errors.AppNotFound)
    if operation.takes_key:
        kinds += (errors.BadRequest, errors.IdempotencyKeyReuse)
    return list(dict.fromkeys(kinds))
