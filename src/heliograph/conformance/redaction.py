"""Removes secrets from reports, and everything that identifies an account from records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

from heliograph.conformance.caller import Answer
from heliograph.conformance.site import PREFIX
from heliograph.wire.operations import AnyOperation
from heliograph.wire.secret_names import is_secret_name
from heliograph.wire.table.extensions.app_contents import FIND, LIST_APP_CONVERSATIONS, LIST_APP_USERS
from heliograph.wire.table.extensions.deliveries import LIST_DELIVERIES, LIST_EVENT_RECORDS, LIST_LISTENERS
from heliograph.wire.table.extensions.end_users import LIST_OUTBOUND
from heliograph.wire.table.extensions.oauth import LIST_OAUTH_CLIENTS
from heliograph.wire.table.extensions.recorded_requests import GET_RECORDED_REQUEST, LIST_RECORDED_REQUESTS
from heliograph.wire.table.v2.apps import CREATE_APP, GET_APP, GET_APP_KEY, LIST_APP_KEYS, LIST_APPS, UPDATE_APP
from heliograph.wire.table.v2.integrations import LIST_INTEGRATIONS, LIST_SWITCHBOARD_INTEGRATIONS, LIST_SWITCHBOARDS
from heliograph.wire.table.v2.oauth import GET_TOKEN_INFO

SECRET = "<secret>"
_LONGEST = 500
"""Characters of a text in a record."""
_ID = re.compile(r"(app|act|int|svc)?(_?)([0-9a-f]{24})(?![0-9a-f])")
_RUN = re.compile(rf"{PREFIX}-[0-9a-f]{{8}}")
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
_CODE = re.compile(r"(code=)[^&\s\"]+")
_OF_THE_ACCOUNT: tuple[AnyOperation, ...] = (
    CREATE_APP, LIST_APPS, GET_APP, UPDATE_APP, LIST_APP_KEYS, GET_APP_KEY, GET_TOKEN_INFO, LIST_INTEGRATIONS,
    LIST_SWITCHBOARDS, LIST_SWITCHBOARD_INTEGRATIONS, LIST_DELIVERIES, LIST_EVENT_RECORDS, LIST_RECORDED_REQUESTS,
    GET_RECORDED_REQUEST, LIST_OAUTH_CLIENTS, LIST_OUTBOUND, LIST_LISTENERS, LIST_APP_USERS, LIST_APP_CONVERSATIONS,
    FIND,
)  # fmt: skip
"""The operations whose responses may show what the run did not create."""
_NAMES = frozenset(("type", "status", "code"))
"""The keys whose values are defined by the API."""
_HEADERS = frozenset(
    """allow cache-control content-type location retry-after www-authenticate x-heliograph-control
    x-heliograph-reason""".split()
)


class Redactor:
    """Replaces secrets, and in records the same id by the same placeholder."""

    def __init__(self, names: dict[str, str], secrets: set[str]) -> None:
        """`names` has the placeholders for texts that identify the account, such as the URL of the server."""
        self._names = names
        self._secrets = secrets
        self._ids: dict[str, str] = {}

    def text(self, text: str) -> str:
        """A text without secrets."""
        for secret in filter(None, self._secrets):
            for spelling in _spellings(secret):
                text = text.replace(spelling, SECRET)
        return _CODE.sub(rf"\1{SECRET}", _JWT.sub(SECRET, text))

    def record(self, text: str) -> str:
        """A text without secrets, ids, and the address of the server."""
        text = self.text(text)
        for name, placeholder in self._names.items():
            text = text.replace(name, placeholder) if name else text
        return _ID.sub(lambda found: self._placeholder(found[0]), _RUN.sub("<run>", text))

    def _placeholder(self, id: str) -> str:
        if set(id) == {"0"}:
            return "<unknown>"
        return self._ids.setdefault(id, f"<id-{len(self._ids) + 1}>")

    def result(self, text: str, answers: Sequence[Answer]) -> str:
        """A text about answers, for a record. It may quote the beginning of their bodies."""
        for answer in filter(_is_of_the_account, answers):
            text = text.replace(self.text(answer.summary()), f"{answer.status} <string>")
        return self.record(text)

    def answer(self, answer: Answer) -> dict[str, Any]:
        """A request and its response, for a record."""
        return {
            "operation": answer.operation.name if answer.operation else None,
            "method": answer.method,
            "path": self._short(self.record(answer.path)),
            "request": self.value(answer.request),
            "status": answer.status,
            "headers": {k.lower(): self.record(v) for k, v in answer.headers.items() if k.lower() in _HEADERS},
            "response": self.value(_body_of(answer), _is_of_the_account(answer)),
        }

    def value(self, value: Any, masked: bool = False, key: str = "") -> Any:
        """A JSON value, for a record. If it is masked, only texts that the API defines remain."""
        if isinstance(value, dict):
            return {self.record(str(name)): self.value(each, masked, name) for name, each in value.items()}
        if isinstance(value, list):
            return [self.value(each, masked, key) for each in value]
        if not isinstance(value, str):
            return value
        if is_secret_name(key):
            return SECRET
        return "<string>" if masked and key not in _NAMES else self._short(self.record(value))

    def _short(self, text: str) -> str:
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"


@cache
def _spellings(secret: str) -> set[str]:
    """A secret, as it is and as URLs have it. Every text of a record is searched for all of them."""
    return {secret, quote(secret, safe="")}


def _is_of_the_account(answer: Answer) -> bool:
    """Whether a response may show what the run did not create."""
    return answer.operation in _OF_THE_ACCOUNT and answer.status < 300


def _body_of(answer: Answer) -> Any:
    try:
        return answer.json
    except Exception:  # not JSON
        return answer.text or None
