"""Credentials of the operations below /heliograph/v1 that the other tests of this folder do not cover."""

from __future__ import annotations

from typing import Any

import pytest

from heliograph.wire.operations import AnyOperation, Scope
from heliograph.wire.table.extensions import EXTENSIONS
from heliograph.wire.table.extensions.app_contents import CONTENTS_TAG
from heliograph.wire.table.extensions.memberships import MEMBERSHIPS_TAG
from tests.harness import Caller, new_app
from tests.security.calls import path_of
from tests.security.credentials import bearer

LOOKED_UP = [
    operation
    for operation in EXTENSIONS
    if operation.tag in ("Deliveries", "Recorded requests", CONTENTS_TAG, MEMBERSHIPS_TAG)
]


@pytest.mark.one_engine
@pytest.mark.parametrize("operation", LOOKED_UP, ids=lambda one: one.name)
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
