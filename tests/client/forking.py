"""Programs that fork while they have a client: `python -m tests.client.forking FLAVOUR URL PROGRAM…`.

test_forks.py runs them in processes of their own: a test run has threads, and its children would continue its tests.
Status 0 means that every process received the responses to its own requests, and no others.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from unittest import mock

import httpx

from heliograph import Client, ClientUnusable, JwtAuth, TransportError
from heliograph.client import forks
from tests.client.families import FLAVOURS, Async, Sync

CHILDREN = 4
PATIENCE = 60


@contextmanager
def forked(work: Callable[[], object], fork: Callable[[], int] = os.fork) -> Iterator[None]:
    """Run `work` in a child process during the block; it must succeed."""
    child = fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(PATIENCE)  # a child that waits for a lock of a thread of its parent never ends by itself
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    try:
        yield
    finally:
        _, status = os.waitpid(child, 0)
        assert status == 0, f"a child ended with {status}"


def family(flavour: Sync, fork: Callable[[], int] = os.fork, generations: int = 2, label: str = "g") -> None:
    """Children and grandchildren use the client, while their parents use it too."""
    if generations == 0:
        return
    children = CHILDREN if label == "g" else 1

    def live(name: str) -> None:
        flavour.use(name)
        family(flavour, fork, generations - 1, name)
        flavour.use(name)

    def brood(number: int) -> None:
        if number == children:
            flavour.use(label)
            return
        with forked(lambda: live(f"{label}{number}"), fork):
            brood(number + 1)

    brood(0)


def used_before(flavour: Sync) -> None:
    """The client was used before the fork."""
    flavour.use("g")
    family(flavour)


def used_after(flavour: Sync) -> None:
    """The client was created before the fork, and is first used after it."""
    family(flavour)


def past_the_hooks(flavour: Sync) -> None:
    """A C library forks, without the fork hooks of Python."""
    flavour.use("g")
    library = ctypes.PyDLL(None)
    family(flavour, lambda: int(library.fork()), generations=1)


def in_use(flavour: Sync) -> None:
    """At each fork, threads of the parent are in the middle of requests, and hold locks and all slots."""
    stop = threading.Event()

    def work(name: str) -> None:
        while not stop.is_set():
            flavour.use(name)

    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(work, f"thread{number}") for number in range(4)]
        try:
            for number in range(CHILDREN):
                time.sleep(0.01)
                with forked(lambda name=f"child{number}": flavour.use(name)):  # type: ignore[misc]
                    pass
        finally:
            stop.set()
        for one in working:
            one.result()


def out_of_slots(flavour: Sync) -> None:
    """Two slow requests of the parent hold both slots. A child has two slots of its own, and does not wait."""
    other = FLAVOURS[sys.argv[1]](sys.argv[2], max_connections=2)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(other.use, "slow-parent", 2, 2)
        time.sleep(0.2)
        with forked(lambda: other.use("child", 8, 2)):
            pass
        slow.result()


def closed_in_children(flavour: Sync) -> None:
    """Children close the client, collect garbage or exit normally, which does not affect the parent."""

    def leave() -> None:
        with flavour.client:
            pass

    def finish() -> None:
        sys.exit(0)

    def collect() -> None:
        flavour.use("child", 2)
        flavour.client = None
        gc.collect()

    flavour.use("parent", 1)
    ways = [flavour.close, collect] if isinstance(flavour, Async) else [flavour.close, collect, leave]
    for way in ways:
        with forked(way):
            pass
        if not isinstance(flavour, Async):
            flavour.use("parent", 1)
    if os.fork() == 0:
        finish()  # with destructors and exit handlers
    assert os.wait()[1] == 0
    flavour.use("parent", 1)


def closed_in_the_parent(flavour: Sync) -> None:
    """The parent closes the client before its child uses it. The copied socket must not keep the connection open."""
    keep_open, done = os.pipe()

    def wait_and_use() -> None:
        os.close(done)
        os.read(keep_open, 1)
        flavour.use("child")

    flavour.use("parent", 1)
    with forked(wait_and_use):
        flavour.close()
        sys.stdout.write("closed\n")
        sys.stdout.flush()
        sys.stdin.readline()
        os.close(done)


def custom_transport(flavour: Sync) -> None:
    """A custom httpx client shares its connections with a child. So calls fail in the child, and work in the parent."""
    import pytest  # imported here because it is slow

    url = sys.argv[2]
    echo = httpx.MockTransport(lambda request: httpx.Response(200, json={"user": {"id": request.url.path[-1]}}))
    clients: list[Any] = [Client(url, http_client=httpx.Client()), Client(url, transport=httpx.HTTPTransport())]
    in_process = Client(url, transport=echo)

    def refused() -> None:
        for client in clients:
            with client:
                with pytest.raises(ClientUnusable, match="create the client in each process") as caught:
                    client.users.get_user("a", "child")
                assert not caught.value.sent
        assert in_process.users.get_user("a", "c").user.id == "c"

    for client in clients:
        assert client.users.get_user("a", "parent").user.id == "parent"
    with forked(refused):
        pass
    for client in clients:
        assert client.users.get_user("a", "parent").user.id == "parent"
        client.close()


def in_a_coroutine(flavour: Sync) -> None:
    """A fork inside a running event loop, with calls in progress in the parent."""
    import pytest

    client = flavour.client

    def new_loop() -> None:
        flavour.use("child")

    async def run() -> None:
        slow = [asyncio.create_task(client.users.get_user("a", f"slow-{number}")) for number in range(3)]
        await asyncio.sleep(0.2)
        with forked(new_loop):
            pass
        child = os.fork()
        if child == 0:
            # The child cannot use the inherited loop, and closing the client must not disturb the calls of the parent.
            with pytest.raises(ClientUnusable, match=r"asyncio\.run"):
                await client.users.get_user("a", "child")
            await client.close()
            sys.exit(0)
        assert os.waitpid(child, 0)[1] == 0  # noqa: ASYNC222 (the child needs nothing of this loop)
        assert [(await one).user.id for one in slow] == ["slow-0", "slow-1", "slow-2"]

    asyncio.run(run())


def in_a_signal_handler(flavour: Sync) -> None:
    """A handler forks while the main thread waits for a response, and the child returns into that wait."""
    children = []

    def handler(number: int, frame: object) -> None:
        children.append(os.fork())

    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    client = flavour.client.with_options(max_retries=0)
    try:
        answered = client.users.get_user("a", "slow-parent").user.id
    except TransportError:
        os._exit(0 if children == [0] else 1)
    if children == [0]:
        os._exit(1)
    assert answered == "slow-parent"
    assert os.waitpid(children[0], 0)[1] == 0


_given: list[Sync] = []


def _task(name: str) -> None:
    _given[-1].use(name)


def by_multiprocessing(flavour: Sync) -> None:
    """The workers of a forked pool, which was the default on Linux before Python 3.14."""
    _given.append(flavour)
    flavour.use("parent")
    auth = JwtAuth("app_x", "secret")
    auth.header(time.time())
    with multiprocessing.get_context("fork").Pool(3) as pool:
        assert pool.map(_task, [f"task{number}" for number in range(12)]) == [None] * 12
    flavour.use("parent")


def other_file(flavour: Sync) -> None:
    """A descriptor of a closed socket that was reused for another file is not closed after a fork."""
    read, write = os.pipe()  # opened first, so that it does not reuse the numbers of the closed sockets
    with mock.patch.object(forks, "track", wraps=forks.track) as track:
        flavour.use("parent", 1)
    flavour.close()
    numbers = {call.args[0] for call in track.call_args_list}
    assert numbers
    for number in numbers:
        os.dup2(read, number)
    os.write(write, b"x" * len(numbers))
    with forked(lambda: [os.read(number, 1) for number in numbers]):
        pass


PROGRAMS: dict[str, Callable[[Sync], None]] = {
    program.__name__: program
    for program in (
        used_before,
        used_after,
        past_the_hooks,
        in_use,
        out_of_slots,
        closed_in_children,
        closed_in_the_parent,
        custom_transport,
        in_a_coroutine,
        in_a_signal_handler,
        by_multiprocessing,
        other_file,
    )
}

if __name__ == "__main__":
    signal.alarm(PATIENCE)
    for name in sys.argv[3:]:
        PROGRAMS[name](FLAVOURS[sys.argv[1]](sys.argv[2]))
