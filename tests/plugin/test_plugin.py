"""The pytest plugin: its fixtures, its reports, its options, and its cleanup."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path

import httpx
import pytest

from heliograph.testing import plugin
from tests.plugin.running import Run

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("HELIOGRAPH_TEST_ROUNDS", "1"))
GUIDE = (ROOT / "docs/howto/testing.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)


def test_the_examples_of_the_guide_pass(tmp_path: Path) -> None:
    *tests, script = BLOCKS
    text = "\n\n".join(tests).replace("examples/greeter.py", str(ROOT / "examples/greeter.py"))
    Run(tmp_path, f"{text}\n\ndef test_script():\n    {script.replace(chr(10), chr(10) + '    ')}").passes(count=5)


def test_a_failure_says_what_happened(tmp_path: Path) -> None:
    """With the message that the guide shows, and in a section of the report."""
    text = """
        def test_it(heliograph):
            crew = heliograph.group("crew")
            heliograph.chaos("PostMessage", status=403, probability=1.0, seed=7)
            inbox = heliograph.inbox("404", triggers=["conversation:join"])
            crew.join("bob")
            inbox.wait(1)
            try:
                heliograph.business.say("hello", to="crew")
            except Exception:
                pass
            heliograph.wait_for("conversation:message", author="business", timeout=0.2)
    """
    done = Run(tmp_path, unindented(text)).result()
    assert done.returncode == 1
    message = re.findall(r"^E +AssertionError: (.*)$", done.stdout, re.MULTILINE)[0]
    (shown,) = re.findall(r"AssertionError: (.*)", GUIDE)
    assert message.replace(" (chaos: rule-1)", "") == shown.replace("within 5 s", "within 0.2 s")
    section = done.stdout.partition("heliograph -")[2]
    for line in (
        r"app [0-9a-f]{24} at http://127\.0\.0\.1:\d+",
        r"  PostMessage 403 Forbidden \(chaos: rule-1\)",
        r"  conversation:join \(bob\)",
        r"  conversation:join failed after 1 attempt",
        r"chaos with seed 7:",
        r"  rule-1: 1 of 1 matches hit",
    ):
        assert re.search(f"^{line}$", section, re.MULTILINE), line


def test_a_run_without_its_fixtures_does_not_import_the_client(tmp_path: Path) -> None:
    text = """
        import sys

        def test_it():
            assert not {"heliograph.client", "heliograph.testing.sandbox", "msgspec"} & set(sys.modules)
    """
    Run(tmp_path, unindented(text)).passes()


def test_its_hooks_are_known_to_older_versions_of_pytest() -> None:
    """pytest 7.0 with pluggy 1.0 knows only these options, and has to start if the client is installed."""
    known = {"hookwrapper", "optionalhook", "tryfirst", "trylast", "specname"}
    marks = [getattr(one, "pytest_impl", {}) for one in vars(plugin).values()]
    assert {name for mark in marks for name, value in mark.items() if value} <= known


def unindented(text: str) -> str:
    """The text of a test file without the indentation of this file."""
    return "\n".join(line[8:] for line in text.splitlines())


def test_a_passing_test_has_no_section(tmp_path: Path) -> None:
    text = "def test_it(heliograph):\n    assert heliograph.events() == []\n"
    assert "app " not in Run(tmp_path, text).passes("-rA")


APART = """
import os
import pytest

@pytest.mark.parametrize("number", range(5))
def test_apps_are_apart(heliograph, number):
    assert os.environ["HELIOGRAPH_APP_ID"] == heliograph.app_id == heliograph.env["HELIOGRAPH_APP_ID"]
    heliograph.user("ada").say(f"hello {number}", to="crew")
    assert heliograph.wait_for("conversation:message", user=None, author="ada").text == f"hello {number}"
    assert [one.type for one in heliograph.events()] == [
        "conversation:create", "conversation:join", "conversation:message"
    ]

def test_the_variables_are_gone():
    assert "HELIOGRAPH_APP_ID" not in os.environ
"""


def test_each_test_has_an_app_of_its_own(tmp_path: Path) -> None:
    run = Run(tmp_path, APART)
    run.passes(count=6)
    assert (run.servers(), run.left()) == ([], [])


SHARED = """
def test_first(heliograph):
    heliograph.user("ada").say("first", to="crew")
    assert heliograph.wait_for("conversation:message").text == "first"

def test_second(heliograph):
    assert heliograph.events() == []
    heliograph.user("ada").say("second", to="crew")
    assert heliograph.wait_for("conversation:message").text == "second"
    assert [one.text for one in heliograph.messages("crew")] == ["first", "second"]
"""


def test_tests_can_share_an_app(tmp_path: Path) -> None:
    Run(tmp_path, SHARED, "heliograph_app_scope = module\n").passes(count=2)
    done = Run(tmp_path / "wrong", SHARED, "heliograph_app_scope = x\n").result()
    assert "heliograph_app_scope should be one of function, class, module, package, session: x" in done.stdout


def test_each_worker_process_has_a_server(tmp_path: Path) -> None:
    """Many tests in several processes leave no server and no file behind."""
    count = 30 * ROUNDS
    text = f"""
        import pytest

        @pytest.mark.parametrize("number", range({count}))
        def test_it(heliograph, number):
            heliograph.group("crew", members=["ada"])
            heliograph.wait_for("conversation:join", user="ada")
    """
    run = Run(tmp_path, unindented(text))
    run.passes("-n", "3", count=count)
    assert (run.servers(), run.left()) == ([], [])


def test_the_server_ends_with_a_worker_that_is_killed(tmp_path: Path) -> None:
    text = """
        import time

        def test_it(heliograph):
            print(heliograph.url, flush=True)
            time.sleep(100)
    """
    run = Run(tmp_path, unindented(text))
    process = run.start("-s")
    assert process.stdout is not None
    while "http://" not in process.stdout.readline():
        assert process.poll() is None
    assert len(run.servers()) == 1
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 30
    while run.servers():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert run.left() == []


def test_a_server_that_is_already_running(tmp_path: Path, running_server: tuple[str, Path]) -> None:
    url, runtime = running_server
    text = f"def test_it(heliograph):\n    assert heliograph.url == '{url}'\n    heliograph.group('crew')\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        run = Run(tmp_path, text)
        run.passes("--heliograph-url", url, count=1)
        assert run.servers() == []
        done = run.result("--heliograph-url", "http://127.0.0.1:1")
    assert "set HELIOGRAPH_ACCOUNT_KEY_ID and HELIOGRAPH_ACCOUNT_KEY_SECRET for http://127.0.0.1:1" in done.stdout


def test_the_server_of_a_failed_test_can_be_kept(tmp_path: Path) -> None:
    text = """
        def test_it(heliograph):
            heliograph.user("ada").say("hello", to="crew")
            assert False
    """
    run = Run(tmp_path, unindented(text))
    done = run.result("--heliograph-keep")
    (pid,) = run.servers()
    try:
        found = dict(re.findall(r"^export (HELIOGRAPH_\w+)=(.*)$", done.stdout, re.MULTILINE))
        url = f"{found['HELIOGRAPH_URL']}/v2/apps/{found['HELIOGRAPH_APP_ID']}/users/ada"
        auth = (found["HELIOGRAPH_KEY_ID"], found["HELIOGRAPH_KEY_SECRET"])
        assert httpx.get(url, auth=auth).json()["user"]["externalId"] == "ada"
    finally:
        os.kill(pid, signal.SIGKILL)


SEEDED = """
import pytest

@pytest.mark.heliograph(seed="shop.toml")
def test_it(heliograph):
    assert heliograph.client.users.get_user(heliograph.app_id, "grace").user.external_id == "grace"
    heliograph.user("eve")
    heliograph.reset()
    assert [one.type for one in heliograph.events()][:1] == ["conversation:create"]
"""


def test_the_marker_names_a_seed_and_a_database(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text((ROOT / "examples/heliograph.toml").read_text())
    database = f"sqlite:///{tmp_path}/kept.db"
    Run(tmp_path, SEEDED.replace('"shop.toml"', f'"shop.toml", database="{database}"')).passes(count=1)
    assert (tmp_path / "kept.db").exists()


ASYNCHRONOUS = """
import pytest
from freezegun import freeze_time

@pytest.mark.asyncio
async def test_asynchronous(async_heliograph):
    crew = await async_heliograph.group("crew", ["ada"])
    message = await async_heliograph.say("hello", crew, user="ada")
    event = await async_heliograph.wait_for("conversation:message", author="ada")
    assert event.text == message.text == "hello"
    async with async_heliograph.client() as client:
        listed = await client.participants.list_participants(async_heliograph.app_id, crew.id)
    assert len(listed.participants) == 1

@freeze_time("2020-01-01")
def test_frozen_time(heliograph):
    heliograph.user("ada").say("hello", to="crew")
    assert heliograph.wait_for("conversation:message").text == "hello"
"""


def test_with_pytest_asyncio_and_freezegun(tmp_path: Path) -> None:
    Run(tmp_path, ASYNCHRONOUS).passes(count=2)
