"""The checks of each operation, from its row in the table: its success, and each kind of refusal."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import Any, get_args

import msgspec

from heliograph.conformance.check import CHOICE, Check, RuleSource
from heliograph.conformance.outcomes import Need
from heliograph.conformance.recipes import apps, conversations, integrations, users  # noqa: F401 - registers recipes
from heliograph.conformance.recipes.recipe import RECIPES, Prepared
from heliograph.conformance.refusals import DOCUMENTED, NOT_FOUND, REFUSALS
from heliograph.conformance.site import MISSING, Site, check_form
from heliograph.wire.operations import AnyOperation, Credential, Scope
from heliograph.wire.table import OPERATIONS
from heliograph.wire.table.v2.apps import DELETE_APP
from heliograph.wire.table.v2.conversations import DOWNLOAD_MESSAGE_REF, LIST_MESSAGES

APP_ID = "appId"
WRONG_SECRET = "Basic " + "YXBwXzAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDp3cm9uZw=="
"""The id of a key that does not exist, and a secret."""
_GENERAL = RuleSource("section Errors")
_SCOPES = RuleSource("section API Authentication")

_CODES = {
    "conversationId": "conversation_not_found",
    "messageId": "not_found",
    "integrationId": "integration_not_found",
    "keyId": "not_found",
    "webhookId": "not_found",
    "switchboardId": "switchboard_not_found",
    "switchboardIntegrationId": "switchboard_integration_not_found",
    "userIdOrExternalId": "user_not_found",
    "clientId": "client_not_found",
    "deviceId": "device_not_found",
    "zendeskId": "user_not_found",
}
"""The code of the error for an unknown id, by the parameter of the path."""


def operation_checks() -> Iterator[Check]:
    """The checks of all operations. The checks of an operation share a prepared call, which the last check uses up."""
    for operation in OPERATIONS:
        yield from _credentials(operation)
        yield from _unknown_ids(operation)
        yield from _bodies(operation)
        if operation.paged:
            sentence = "an invalid page is 400 bad_request."
            yield _check(
                operation, "400.page", sentence, _source(operation, DOCUMENTED[400]), _needs(operation), _invalid_page
            )
        yield from REFUSALS.get(operation, ())
        yield _success(operation)


def _source(operation: AnyOperation, documented: Collection[AnyOperation]) -> RuleSource:
    """The operation, if the API document has the response for it."""
    return RuleSource(operation.name) if operation in documented else CHOICE


def _needs(operation: AnyOperation) -> tuple[Need, ...]:
    return RECIPES[operation].needs


def _invalid_page(operation: AnyOperation, site: Site) -> None:
    for params in ({"page[size]": "0"}, {"page[after]": MISSING, "page[before]": MISSING}):
        wanted = _prepared(operation, site).given.get("params") or {}
        _send(operation, site, params={**wanted, **params}).refused(400, "bad_request")


def _check(operation: AnyOperation, suffix: str, sentence: str, source: RuleSource, needs: Any, run: Any) -> Check:
    number = f"operation.{operation.name}.{suffix}"
    return Check(number, f"{operation.name}: {sentence}", source, tuple(needs), partial(run, operation))


def _credentials(operation: AnyOperation) -> Iterator[Check]:
    needs = (Need.ACCOUNT,) if operation is DELETE_APP else ()
    if operation.credential is Credential.IGNORED:
        return
    yield _check(operation, "401", "wrong credentials are 401 unauthorized.", _GENERAL, needs, _wrong_secret)
    if operation.credential is Credential.REQUIRED:
        yield _check(operation, "401.none", "no credentials are 401 unauthorized.", _GENERAL, needs, _no_credentials)
    if operation.scope > Scope.INTEGRATION:
        sentence = "a key with a lower scope is 403 forbidden."
        yield _check(operation, "403", sentence, _SCOPES, needs, _lower_scope)


def _expendable(operation: AnyOperation, site: Site) -> Site:
    """The site for a call that should be refused. For DeleteApp it is a new app, which a wrong server may delete."""
    return site.apart if operation is DELETE_APP else site


def _wrong_secret(operation: AnyOperation, site: Site) -> None:
    _expendable(operation, site).call(operation, auth=WRONG_SECRET).refused(401, "unauthorized")


def _no_credentials(operation: AnyOperation, site: Site) -> None:
    _expendable(operation, site).call(operation, auth=None).refused(401, "unauthorized")


def _lower_scope(operation: AnyOperation, site: Site) -> None:
    target = _expendable(operation, site)
    lower = target.authorization if operation.scope is Scope.ACCOUNT else target.bot_key
    target.call(operation, auth=lower).refused(403, "forbidden")


def _unknown_ids(operation: AnyOperation) -> Iterator[Check]:
    for name in operation.template.names:
        if name == APP_ID:
            if operation.scope < Scope.ACCOUNT:
                sentence = "another app is 403 forbidden for the key of an app."
                yield _check(operation, "403.appId", sentence, CHOICE, (), _other_app)
            sentence = "an unknown app is 404 app_not_found for an account key."
            source = _source(operation, NOT_FOUND["app_not_found"])
            yield _check(operation, "404.appId", sentence, source, (Need.ACCOUNT,), _unknown_app)
        else:
            needs = _needs(operation)
            code = _code(operation, name)
            sentence, source = f"an unknown {name} is 404 {code}.", _source(operation, NOT_FOUND[code])
            yield _check(operation, f"404.{name}", sentence, source, needs, partial(_unknown, name))


def _other_app(operation: AnyOperation, site: Site) -> None:
    site.call(operation, appId=MISSING).refused(403, "forbidden")


def _unknown_app(operation: AnyOperation, site: Site) -> None:
    site.call(operation, appId=MISSING, auth=site.account).refused(404, "app_not_found")


def _unknown(name: str, operation: AnyOperation, site: Site) -> None:
    prepared = _prepared(operation, site)
    given = {**prepared.given, name: MISSING}
    answer = (prepared.site or site).call(operation, prepared.body, **given)
    answer.refused(404, _code(operation, name))


def _code(operation: AnyOperation, name: str) -> str:
    """ListMessages has a code of its own in the API document."""
    return "not_found" if operation is LIST_MESSAGES else _CODES[name]


def _bodies(operation: AnyOperation) -> Iterator[Check]:
    needs = _needs(operation)
    if operation.body.has_parts:
        sentence = "a body without the part source is 400 bad_request."
        yield _check(operation, "400", sentence, RuleSource(operation.name), needs, _without_file)
    elif operation.body.is_json:
        yield _check(operation, "400", "a malformed body is 400.", _GENERAL, needs, _malformed)
        if _requires_fields(operation.body.kind):
            sentence = "a body without its required fields is 400."
            yield _check(operation, "400.fields", sentence, _GENERAL, needs, _without_fields)


def _requires_fields(kind: Any) -> bool:
    """Whether a body has required fields. A union needs the field that tells its members apart."""
    return bool(get_args(kind)) or any(field.required for field in msgspec.structs.fields(kind))


def _malformed(operation: AnyOperation, site: Site) -> None:
    for content in (b'{"a":', b"[]"):
        _send(operation, site, content=content).refused(400, _invalid(operation))


def _without_fields(operation: AnyOperation, site: Site) -> None:
    _send(operation, site, content=b"{}").refused(400, _invalid(operation))


def _without_file(operation: AnyOperation, site: Site) -> None:
    _send(operation, site, files={"other": ("x.txt", b"x", "text/plain")}).refused(400, "bad_request")


def _send(operation: AnyOperation, site: Site, **body: Any) -> Any:
    prepared = _prepared(operation, site)
    return (prepared.site or site).call(operation, **{**prepared.given, **body})


def _invalid(operation: AnyOperation) -> str:
    return operation.body.invalid_body.code


def _success(operation: AnyOperation) -> Check:
    sentence = f"a valid request is {operation.status} in the documented form."
    needs = _needs(operation)
    return _check(operation, str(operation.status), sentence, RuleSource(operation.name), needs, _succeed)


def _succeed(operation: AnyOperation, site: Site) -> None:
    prepared = _prepared(operation, site)
    del site.prepared[operation]
    if operation is DOWNLOAD_MESSAGE_REF:
        # Only a message from Apple gives a user a client of Apple, so the valid request is refused.
        (prepared.site or site).call(operation, prepared.body, **prepared.given).refused(400, "bad_request")
        return
    answer = (prepared.site or site).call(operation, prepared.body, **prepared.given)
    check_form(operation, answer.expect(operation.status))


def _prepared(operation: AnyOperation, site: Site) -> Prepared:
    """The call of the recipe, which is prepared once."""
    if operation not in site.prepared:
        site.prepared[operation] = RECIPES[operation].prepare(site)
    prepared: Prepared = site.prepared[operation]
    return prepared
