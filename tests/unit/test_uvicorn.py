"""The internals of uvicorn that `server/http/protocol.py` and `server/process/running.py` build on.

They are not a public interface, so pyproject.toml pins the minor series that the server was tested with. To move the
pin, read the changes of these classes, adapt the two modules, and run all tests.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from heliograph.server.http.protocol import Protocol
from heliograph.server.process.running import Server

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
USED = {
    HttpToolsProtocol: "on_body on_header on_headers_complete on_message_begin on_message_complete on_response_complete"
    " pause_writing resume_writing send_400_response"
    " config cycle expect_100_continue flow headers loop parser pipeline scope"
    " timeout_keep_alive transport url _start_asgi_task _unset_keepalive_if_required",
    RequestResponseCycle: "disconnected message_event more_body response_complete response_started scope transport",
    FlowControl: "pause_reading resume_reading write_paused",
    uvicorn.Server: "config handle_exit lifespan serve server_state servers should_exit",
}


def names_of(kind: type) -> set[str]:
    """The attributes of a class, with those that its methods assign to `self`."""
    nodes = ast.walk(ast.parse(textwrap.dedent(inspect.getsource(kind))))
    assigned = {
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"
    }
    return assigned | set(dir(kind))


@pytest.mark.parametrize("kind", USED, ids=lambda kind: kind.__name__)
def test_the_internals_that_are_used_exist(kind: type) -> None:
    assert set(USED[kind].split()) - names_of(kind) == set()


@pytest.mark.parametrize(("ours", "theirs"), [(Protocol, HttpToolsProtocol), (Server, uvicorn.Server)])
def test_overridden_methods_keep_their_parameters(ours: type, theirs: type) -> None:
    for name, method in vars(ours).items():
        if name in vars(theirs) and inspect.isfunction(method) and name != "__init__":
            assert list(inspect.signature(method).parameters) == list(
                inspect.signature(vars(theirs)[name]).parameters
            ), name


def test_one_minor_series_is_pinned() -> None:
    server = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]["server"]
    (pinned,) = [one for one in server if one.startswith("uvicorn")]
    bounds = re.fullmatch(r"uvicorn>=0\.(\d+),<0\.(\d+)", pinned)
    assert bounds, f"{pinned} admits versions whose internals were not tested"
    assert int(bounds[2]) == int(bounds[1]) + 1
    assert version("uvicorn").startswith(f"0.{bounds[1]}.")
