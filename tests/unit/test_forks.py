"""Ids after a fork: each process has its own process number, no matter how it was forked."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import ParamSpec

import pytest

from heliograph import ids

NUMBER = slice(14, 24)
"""The digits of an id that are the process number."""
EACH = 20
PATIENCE_SECONDS = 10

POOL = """
import multiprocessing, sys
from heliograph import ids

context = multiprocessing.get_context(sys.argv[1])
context.set_forkserver_preload(["heliograph.ids"])
print(ids.new())
with context.Pool(2, maxtasksperchild=1) as pool:
    for task in [pool.apply_async(ids.new) for _ in range(4)]:
        print(task.get())
"""
"""Prints an id of this process and of four child processes."""

# Since Python 3.12, a fork in a process with several threads, such as a test run, issues a warning.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

P = ParamSpec("P")
Fork = Callable[[], int]
Make = Callable[[], list[str]]


def bare_fork() -> int:
    """Fork like C code, without Python's fork hooks."""
    pid: int = ctypes.PyDLL(None).fork()
    return pid


def alone(check: Callable[P, None], *given: P.args, **named: P.kwargs) -> None:
    """Run `check` in a new process.

    A test run has threads. If one of them waits for the interpreter lock during a bare fork, the child waits for this
    thread, which it lacks.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(check, given, named)


def make() -> list[str]:
    """Create some ids in this process."""
    return [ids.new() for _ in range(EACH)]


def forked(fork: Fork, work: Make = make) -> list[str]:
    """The result of `work` in a forked process, which must not hang."""
    reading, writing = os.pipe()
    pid = fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            os.write(writing, " ".join(work()).encode())
        os._exit(0)
    os.close(writing)
    try:
        with open(reading) as answer:
            ready, _, _ = select.select([answer], [], [], PATIENCE_SECONDS)
            assert ready, "the forked process hangs"
            return answer.read().split()
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def with_grandchild(fork: Fork) -> list[str]:
    """Ids of a forked process and of its own child."""
    return [*make(), *forked(fork), *make()]


def assert_apart(made: list[list[str]]) -> None:
    """All ids and all process numbers are different."""
    every = [one for each in made for one in each]
    assert len(set(every)) == len(every)
    assert all(map(ids.is_id, every))
    numbers = [{one[NUMBER] for one in each} for each in made]
    assert len(set.union(*numbers)) == sum(map(len, numbers))


@contextlib.contextmanager
def frozen() -> Iterator[None]:
    """Stop the clock, so that processes with the same number create the same ids."""
    now = time.time_ns()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time_ns", lambda: now)
        yield


def check_numbers(fork: Fork) -> None:
    with frozen():
        before = make()
        made = [forked(fork, lambda: with_grandchild(fork)) for _ in range(8)]
        assert all(len(each) == 3 * EACH and len({one[NUMBER] for one in each}) == 2 for each in made)
        assert_apart([before + make(), *made])


@pytest.mark.parametrize("fork", [os.fork, bare_fork])
def test_forked_processes_have_different_numbers(fork: Fork) -> None:
    alone(check_numbers, fork)


@pytest.mark.parametrize("method", ["fork", "forkserver"])
def test_processes_of_multiprocessing_have_different_numbers(method: str) -> None:
    # A separate program, because the processes of a fork server import the main module, which is pytest here.
    done = subprocess.run(
        [sys.executable, "-c", POOL, method], capture_output=True, text=True, timeout=PATIENCE_SECONDS * 3, check=True
    )
    made = done.stdout.split()
    assert len(made) == 5
    assert_apart([[one] for one in made])


def check_order_and_follow(fork: Fork) -> None:
    ahead = f"{int(ids.new(), 16) + (1 << 60):024x}"
    ids.follow(ahead)
    before = ids.new()
    made = forked(fork)
    assert [ahead, before, *made] == sorted([ahead, before, *made])
    further = f"{int(ids.new(), 16) + (1 << 60):024x}"

    def follow_and_make() -> list[str]:
        ids.follow(further)
        return make()

    with frozen():
        assert forked(fork, follow_and_make)[0] > further > ids.new()


@pytest.mark.parametrize("fork", [os.fork, bare_fork])
def test_order_and_follow_hold_across_a_fork(fork: Fork) -> None:
    alone(check_order_and_follow, fork)


@contextlib.contextmanager
def busy_threads() -> Iterator[None]:
    """Threads that create ids continuously, and are interrupted as often as possible."""
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            ids.new()

    threads = [threading.Thread(target=work) for _ in range(3)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        yield
    finally:
        done.set()
        sys.setswitchinterval(interval)
        for thread in threads:
            thread.join()


def test_a_fork_while_other_threads_create_ids_does_not_hang() -> None:
    with busy_threads():
        made = [forked(os.fork) for _ in range(20)]
    assert all(len(each) == EACH for each in made)
    assert_apart(made)


def check_fork_within_new(fork: Fork) -> None:
    within, forked_already = threading.Event(), threading.Event()
    read = time.monotonic_ns

    def slow_clock() -> int:
        if threading.current_thread() is thread:
            within.set()
            forked_already.wait()
        return read()

    def ids_of_two_seconds() -> None:
        ids.new()
        later = time.time_ns() + 1_000_000_000
        patch.setattr("time.time_ns", lambda: later)
        ids.new()

    thread = threading.Thread(target=ids_of_two_seconds)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.monotonic_ns", slow_clock)
        thread.start()
        try:
            assert within.wait(PATIENCE_SECONDS)
            assert len(forked(fork)) == EACH
        finally:
            forked_already.set()
            thread.join()


@pytest.mark.parametrize("fork", [os.fork, bare_fork])
def test_a_fork_while_another_thread_is_within_new_does_not_hang(fork: Fork) -> None:
    alone(check_fork_within_new, fork)


def check_copies() -> None:
    """Copies of this process have the same process id and random bytes, and other wall clocks."""
    ids.new()
    pid, resumed = os.getpid(), time.time_ns() + 3_600_000_000_000
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.getpid", lambda: pid)
        patch.setattr("os.urandom", bytes)

        def at(clock: int) -> Make:
            def set_and_make() -> list[str]:
                patch.setattr("time.time_ns", lambda: clock)
                return make()

            return set_and_make

        assert_apart([forked(bare_fork, at(clock)) for clock in (resumed, resumed + 1, resumed + 2)])


def test_copies_of_a_virtual_machine_get_new_numbers_when_their_clocks_are_set() -> None:
    alone(check_copies)


def test_a_process_keeps_its_number_as_time_goes_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each new number adds a chance of a collision with another process."""

    def make_for_an_hour() -> list[str]:
        wall, monotonic = time.time_ns(), time.monotonic_ns()
        made = [ids.new()]
        for second in range(1, 3600):
            passed = second * 1_000_000_000
            # The largest rate at which NTP slews a clock.
            monkeypatch.setattr("time.time_ns", lambda at=wall + passed + passed // 2000: at)
            monkeypatch.setattr("time.monotonic_ns", lambda at=monotonic + passed: at)
            made.append(ids.new())
        return made[::100]

    made = forked(os.fork, make_for_an_hour)
    assert len(made) == 36
    assert len({one[NUMBER] for one in made}) == 1
    assert made == sorted(set(made))
