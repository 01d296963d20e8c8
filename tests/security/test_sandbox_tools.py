"""Access to the sandbox tools: only on a sandbox, and only with a credential of the app."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from heliograph.wire.operations import AnyOperation, Scope
from heliograph.wire.table.sandbox import SANDBOX_TOOLS
from tests.harness import Caller, Sandbox, command, init, new_app, serving
from tests.security.calls import path_of
from tests.security.credentials import bearer

pytestmark = pytest.mark.one_engine
NOT_A_SANDBOX = (
    ("--sandbox-tools", "no"),
    ("--host", "0.0.0.0"),
    ("--public-url", "https://chat.example.org"),
)


@pytest.fixture(scope="module", params=NOT_A_SANDBOX, ids=lambda one: one[0])
def production(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The URL of a server that is not a sandbox, and the keys of its database."""
    database = tmp_path_factory.mktemp("production") / "production.db"
    sandbox = init(f"sqlite:///{database}")
    with serving(database, *request.param) as server:
        port = server.url.rpartition(":")[2]
        yield f"http://127.0.0.1:{port}", sandbox


def test_no_tool_is_reachable_on_a_server_that_is_not_a_sandbox(production: tuple[str, Sandbox]) -> None:
    """Every path gets the same response as an unknown path, with every credential."""
    url, sandbox = production
    caller = Caller(url, None, sandbox.app_id)
    credentials: list[dict[str, Any]] = [
        {"auth": None},
        {"auth": (sandbox.app_auth[0], "wrong")},
        {"auth": sandbox.app_auth},
        {"auth": sandbox.account_auth},
        *({"auth": None, "headers": {"authorization": bearer(sandbox.account_auth, scope.label)}} for scope in Scope),
    ]
    for operation in SANDBOX_TOOLS:
        path = path_of(operation, appId=sandbox.app_id)
        body: Any = {} if operation.body.kind else None
        missing = f"/heliograph/v1/apps/{sandbox.app_id}/nothing"
        for credential in credentials:
            answer = caller(operation.method, path, body, **credential)
            assert answer.status_code == 404, (operation.name, credential)
            assert answer.json() == caller(operation.method, missing, body, **credential).json()
    document = caller.http.request("GET", f"{url}/openapi.json")
    assert "Sandbox" not in {tag["name"] for tag in document.json()["tags"]}
    caller.http.close()


@pytest.mark.parametrize("operation", SANDBOX_TOOLS, ids=lambda one: one.name)
def test_a_key_of_the_app_is_required(account: Caller, api: Caller, operation: AnyOperation) -> None:
    stranger = new_app(account)
    assert api.auth is not None
    path = path_of(operation, appId=api.app_id)
    body: Any = {} if operation.body.kind else None
    credentials: list[tuple[Any, int]] = [
        ({"auth": None}, 401),
        ({"auth": (api.auth[0], "wrong")}, 401),
        ({"auth": None, "headers": {"authorization": bearer(api.auth, "integration")}}, 403),
        ({"auth": stranger.auth}, 403),
    ]
    if operation.scope is Scope.ACCOUNT:
        credentials.append(({"auth": api.auth}, 403))
    for credential, status in credentials:
        assert api(operation.method, path, body, **credential).status_code == status, credential


def test_several_workers_have_no_tools(tmp_path: Path) -> None:
    done = command("serve", "--workers", "2", "--sandbox-tools", "yes", "--database", f"sqlite:///{tmp_path}/x.db")
    assert done.returncode == 2
    assert "--sandbox-tools yes needs a single process: remove --workers 2" in done.stderr
