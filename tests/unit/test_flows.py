"""ARCHITECTURE.md lists exactly the files that each flow passes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import heliograph
from heliograph import BasicAuth, Client
from heliograph.background import Failures
from heliograph.delivery.running import delivering
from heliograph.settings import Settings
from heliograph.storage.opening import open_store
from tests.databases import SQLITE, new_database, url_of
from tests.delivery.receiver import receiving
from tests.delivery.site import new_site
from tests.harness import Caller
from tests.robustness.inside import inside

PACKAGE = Path(heliograph.__file__).parent
ARCHITECTURE = (Path(__file__).parents[2] / "ARCHITECTURE.md").read_text()
FILE = re.compile(r"`([\w/]+\.py)`")
pytestmark = pytest.mark.one_engine


def section(title: str) -> str:
    """The text below a heading, up to the next one."""
    return re.split(r"^#+ ", ARCHITECTURE.split(f"# {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def listed(title: str) -> list[str]:
    """The files that a section lists."""
    return FILE.findall(section(title))


@contextlib.contextmanager
def traced() -> Iterator[list[str]]:
    """The files of the package whose functions are called in the block, in the order of their first call."""
    found: list[str] = []

    def profile(frame: FrameType, event: str, _: object) -> None:
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(f"{PACKAGE}/") and frame.f_code.co_name != "<module>":
            name = path.removeprefix(f"{PACKAGE}/")
            if name not in found:
                found.append(name)

    threading.setprofile(profile)
    sys.setprofile(profile)
    try:
        yield found
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def assert_lists(title: str, files: list[str]) -> None:
    """The section of a flow lists exactly its files, apart from the files that every flow passes."""
    everywhere = listed("What every flow passes")
    assert [file for file in files if file not in {*listed(title), *everywhere}] == []
    assert [file for file in listed(title) if file not in {*files, *everywhere}] == []


def test_the_flows_of_requests(tmp_path: Path) -> None:
    async def go() -> dict[str, list[str]]:
        flows: dict[str, list[str]] = {}
        async with inside(new_database(SQLITE, tmp_path)) as server:

            async def send(method: str, path: str, body: Any = None, flow: str = "") -> Any:
                with traced() as files:
                    answer = await server.send(method, path, b"" if body is None else json.dumps(body).encode())
                flows[flow] = files
                assert answer.status < 300, answer.body
                return json.loads(answer.body)

            user = (await send("POST", "/users", {}))["user"]["id"]
            group = (await send("POST", "/conversations", {"type": "sdkGroup"}))["conversation"]["id"]
            hook = {"target": "http://127.0.0.1:1/", "triggers": ["*"]}
            await send("POST", "/integrations", {"type": "custom", "webhooks": [hook]})
            join = {"userId": user, "subscribeSDKClient": False}
            await send("POST", f"/conversations/{group}/join", join, "Join")
            await send("GET", f"/conversations/{group}/participants", flow="List participants")
            message = {"author": {"type": "business"}, "content": {"type": "text", "text": "Hello"}}
            await send("POST", f"/conversations/{group}/messages", message, "Post a message to a webhook")
        return flows

    for title, files in asyncio.run(go()).items():
        if title:
            assert_lists(title, files)


def test_the_flow_of_a_delivery(tmp_path: Path) -> None:
    async def go() -> list[str]:
        store = await open_store(url_of(new_database(SQLITE, tmp_path)), serve=True)
        async with contextlib.aclosing(store), receiving(lambda call: 200) as receiver:
            site = await new_site(store)
            await site.hook(receiver.url)
            await site.group()
            with traced() as files:
                async with delivering(store, Settings(webhook_allowed_networks="loopback"), Failures()):
                    await site.settled()
        return files

    assert_lists("Deliver an event", asyncio.run(go()))


def test_the_listed_files_exist() -> None:
    files = FILE.findall(ARCHITECTURE.split("# Flows\n", 1)[1].split("\n## ", 1)[0])
    assert len(files) > 100
    assert [file for file in files if not (PACKAGE / file).is_file()] == []


def test_the_flow_of_a_client_call(api: Caller) -> None:
    group = api.new_group()
    assert api.auth is not None
    with Client(api.url, auth=BasicAuth(*api.auth)) as client:
        with traced() as files:
            client.participants.list_participants(api.app_id, group)
    assert_lists("Call the API with the client", files)
