"""After a real fork, every process gets the responses to its own requests or a clear error, with both clients."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from pathlib import Path

import pytest

from heliograph import AsyncClient
from tests.client.echo import Echo, echoing
from tests.waiting import until

ROOT = Path(__file__).parents[2]
COMMON = ("used_before", "past_the_hooks", "in_use", "out_of_slots", "other_file")
PROGRAMS = {
    "sync": (*COMMON, "used_after", "by_multiprocessing", "custom_transport", "in_a_signal_handler"),
    "proxied": COMMON,
    "async": (*COMMON, "by_multiprocessing", "in_a_coroutine"),
    "in-one-loop": ("used_before",),
}


def start(flavour: str, echo: Echo, *programs: str) -> subprocess.Popen[str]:
    """Start programs of forking.py that call this server."""
    command = [sys.executable, "-m", "tests.client.forking", flavour, echo.url, *programs]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.parametrize("flavour", PROGRAMS)
def test_every_process_gets_its_own_responses(flavour: str) -> None:
    with echoing() as echo:
        running = start(flavour, echo, *PROGRAMS[flavour])
        _, said = running.communicate()
    assert running.returncode == 0, said


@pytest.mark.parametrize("flavour", ["sync", "async"])
def test_a_child_sends_nothing_over_the_tls_connection_of_its_parent(
    flavour: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with echoing(certificate) as echo:
        running = start(flavour, echo, "closed_in_children")
        _, said = running.communicate()
        assert running.returncode == 0, said
        # A byte from a child would break the TLS connection of its parent, whose next request would need a new one.
        parent, child = (2, 2) if flavour == "async" else (1, 1)
        assert echo.accepted == parent + child, echo.requests


@pytest.mark.parametrize("flavour", ["sync", "in-one-loop"])
def test_closing_in_the_parent_closes_the_connection_while_a_child_lives(flavour: str) -> None:
    with echoing() as echo:
        running = start(flavour, echo, "closed_in_the_parent")
        assert running.stdout is not None
        assert running.stdout.readline() == "closed\n"
        until(lambda: (echo.accepted, echo.ended) == (1, 1))
        _, said = running.communicate("\n")
        assert running.returncode == 0, said


@pytest.mark.filterwarnings("ignore:unclosed transport:ResourceWarning")  # the connections outlive their loop
def test_one_async_client_works_in_consecutive_event_loops() -> None:
    async def ask(client: AsyncClient) -> None:
        names = [f"user{number}" for number in range(20)]
        answers = await asyncio.gather(*(client.users.get_user("a", name) for name in names))
        assert [one.user.id for one in answers] == names

    with echoing() as echo:
        client = AsyncClient(echo.url, max_retries=0, max_connections=2)
        for _ in range(3):
            asyncio.run(ask(client))
        asyncio.run(client.close())
        gc.collect()  # the warnings are those of this test
