"""Credentials of the operations below /heliograph/v1, and the tenants of their paths."""

from __future__ import annotations

from typing import Any

import pytest

from heliograph.wire.operations import AnyOperation, Scope
from heliograph.wire.table.extensions import EXTENSIONS
from tests.harness import Caller, error_of, new_app
from tests.security.calls import parameters_of, path_of
from tests.security.credentials import bearer
from tests.security.worlds import new_world

OF_APPS = [operation for operation in EXTENSIONS if "appId" in parameters_of(operation)]
NOT_HERE = {"not_found", "conversation_not_found", "user_not_found", "device_not_found", "client_not_found"}


@pytest.mark.one_engine
@pytest.mark.parametrize("operation", OF_APPS, ids=lambda one: one.name)
def test_an_app_key_is_required(account: Caller, api: Caller, operation: AnyOperation) -> None:
    assert operation.scope is Scope.APP
    stranger = new_app(account)
    assert api.auth is not None
    path = path_of(operation, appId=api.app_id)
    body: Any = {} if operation.body.kind else None
    credentials: tuple[tuple[Any, int], ...] = (
        ({"auth": None}, 401),
        ({"auth": (api.auth[0], "wrong")}, 401),
        ({"auth": stranger.auth}, 403),
        ({"auth": None, "headers": {"authorization": bearer(api.auth, "integration")}}, 403),
    )
    for credential, status in credentials:
        assert api(operation.method, path, body, **credential).status_code == status, credential


@pytest.mark.one_engine
def test_ids_of_another_app_are_unknown(account: Caller) -> None:
    own, other = new_world(account, "own"), new_world(account, "other")
    bodies = {
        "RegisterDevice": {"type": "web", "integrationId": own.integration},
        "BeginConversation": {"reason": "message", "deviceId": own.device},
        "PostInbound": {"userId": own.users["ada"], "act": {"type": "typing:start"}},
        "ReportMessageOutcome": {"outcome": "user"},
        "ChangeControl": {"action": "release"},
        "SetClientOutcome": {"outcome": "matched"},
        "LoginUser": {},
    }
    for operation in OF_APPS:
        if parameters_of(operation) != ["appId"] and operation.name != "PutSupportUser":
            path = path_of(operation, **{**other.ids(guid="x"), "appId": own.app_id})
            answer = own.api(operation.method, path, bodies.get(operation.name))
            status, code, _ = error_of(answer)
            assert (status, code in NOT_HERE) == (404, True), f"{operation.name}: {answer.text}"
