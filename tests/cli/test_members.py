"""`heliograph members`: set, add, remove and export."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.commands import command
from tests.harness import Caller

UNKNOWN = "0123456789abcdef01234567"


def members(api: Caller, verb: str, group: str, *options: str) -> tuple[int, str, str]:
    """Run the command; returns its status and what it printed."""
    done = command("members", verb, group, *options, env=environment(api))
    return done.returncode, done.stdout, done.stderr


def environment(api: Caller) -> dict[str, str]:
    """The environment variables with an app and its key."""
    assert api.auth is not None
    names = ("HELIOGRAPH_URL", "HELIOGRAPH_APP_ID", "HELIOGRAPH_KEY_ID", "HELIOGRAPH_KEY_SECRET")
    return dict(zip(names, (api.url, api.app_id, *api.auth), strict=True))


def users_of(api: Caller, group: str) -> list[str]:
    """The users in a group, in the order of joining."""
    return [one["userId"] for one in api.participants(group)]


def test_the_members_of_a_file(api: Caller, tmp_path: Path) -> None:
    ada, ben, cleo = api.new_user("ada"), api.new_user("ben, the second"), api.new_user()
    group = api.new_group(cleo)
    file = tmp_path / "members.csv"
    file.write_text(f'\ufeffname,userExternalId,userId\nAda,ada,\nBen,"ben, the second",{ben}\n', encoding="utf-8")
    where = ("--file", str(file))
    assert members(api, "set", group, *where, "--dry-run") == (0, "", "2 join, 1 leave, 0 stay\n")
    status, _, error = members(api, "set", group, *where)
    assert (status, users_of(api, group)) == (2, [cleo])
    assert "give --yes" in error
    assert members(api, "set", group, *where, "--yes") == (0, "", "2 join, 1 leave, 0 stay\n")
    assert users_of(api, group) == [ada, ben]
    copy = tmp_path / "copy.csv"
    assert members(api, "export", group, "--file", str(copy)) == (0, "", "")
    assert copy.read_text() == f'userId,userExternalId\n{ada},ada\n{ben},"ben, the second"\n'
    copy.write_text(copy.read_text() + f"{cleo},\n")
    assert members(api, "set", group, "--file", str(copy), "--yes")[2] == "1 join, 0 leave, 2 stay\n"


@pytest.mark.one_engine
def test_a_file_that_names_no_user_is_not_an_empty_group(api: Caller, tmp_path: Path) -> None:
    group = api.new_group(api.new_user())
    file = tmp_path / "members.csv"
    where = ("--file", str(file))
    for text in ("", "\n\n", ",\n", " , \n", "userId,userExternalId\n", "userId,userExternalId\n,\n , \n"):
        file.write_text(text)
        status, _, error = members(api, "set", group, *where, "--yes")
        assert (status, "names no user" in error, "--empty" in error) == (2, True, True), text
        assert len(users_of(api, group)) == 1
    assert members(api, "set", group, *where, "--yes", "--empty") == (0, "", "0 join, 1 leave, 0 stay\n")
    assert users_of(api, group) == []
    file.write_text("\n,Ada\n")
    error = "heliograph: --file: line 2 has no id in its first column\n"
    assert members(api, "add", group, *where) == (2, "", error)


def test_adding_and_removing(api: Caller, tmp_path: Path) -> None:
    ada, ben = api.new_user("ada"), api.new_user("ben")
    group = api.new_group(ada)
    ids, names = tmp_path / "ids.txt", tmp_path / "names.txt"
    ids.write_text(f"{ben}\n{ben}\n")
    assert members(api, "add", group, "--file", str(ids), "--dry-run") == (0, "", "1 join\n")
    ids.write_text(f"{ada}\n{ada}\n")
    assert members(api, "remove", group, "--file", str(ids), "--dry-run") == (0, "", "1 leave\n")
    ids.write_text(f"{ada}\n\n{ben}\n{UNKNOWN}\n")
    names.write_text("ada\nben\n")
    assert members(api, "add", group, "--file", str(ids), "--dry-run") == (0, "", "2 join\n")
    refused = f"{UNKNOWN}: User not found\n1 joined, 1 unchanged, 1 refused\n"
    assert members(api, "add", group, "--file", str(ids), "--subscribe") == (1, "", refused)
    assert users_of(api, group) == [ada, ben]
    assert [bool(one["clientAssociations"]) for one in api.participants(group)] == [True, True]
    external = ("--file", str(names), "--external")
    assert members(api, "remove", group, *external, "--dry-run") == (0, "", "2 leave\n")
    assert members(api, "remove", group, *external) == (0, "", "2 left\n")
    assert members(api, "remove", group, *external)[0] == 1
    assert members(api, "export", group) == (0, "userId,userExternalId\n", "")


@pytest.mark.one_engine
def test_errors_have_the_statuses_of_call(api: Caller, tmp_path: Path) -> None:
    ada, group = api.new_user(), api.new_group()
    file = tmp_path / "members.csv"
    file.write_text(f"userId\n{ada}\n")
    where = ("--file", str(file))
    status, _, error = members(api, "set", UNKNOWN, *where)
    assert (status, "Conversation not found" in error) == (1, True)
    assert members(api, "add", group, *where, "--url", "http://127.0.0.1:1")[0] == 3
    assert members(api, "add", group, "--file", str(tmp_path / "missing"))[0] == 2
    file.write_text(f"userId,name\n{ada},Ada\n,Ben\n")
    assert members(api, "add", group, *where) == (
        2, "", "heliograph: --file: line 3 has neither userId nor userExternalId\n",
    )  # fmt: skip
    file.write_text("userId\n\0\n")
    for verb in (("set", group, *where, "--yes"), ("add", group, *where)):
        status, _, error = members(api, *verb)
        assert (status, "should NOT contain the NUL character" in error) == (2, True)
    target = tmp_path / "kept.csv"
    target.write_text("kept")
    assert members(api, "export", UNKNOWN, "--file", str(target))[0] == 1
    assert target.read_text() == "kept"


@pytest.mark.one_engine
def test_it_asks_on_a_terminal_and_shows_progress(api: Caller, tmp_path: Path) -> None:
    ada, group = api.new_user(), api.new_group()
    file = tmp_path / "members.csv"
    file.write_text(f"{ada}\n")
    for reply, status, found in (("n", 130, []), ("y", 0, [ada])):
        ours, theirs = pty.openpty()
        words = [sys.executable, "-m", "heliograph", "members", "set", group, "--file", str(file)]
        given = {**os.environ, **environment(api)}
        process = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, env=given)
        os.close(theirs)
        printed = read_until(ours, b"Continue?")
        assert b"1 join, 0 leave, 0 stay" in printed
        os.write(ours, f"{reply}\n".encode())
        if status == 0:
            read_until(ours, b"100%")
        assert process.wait(60) == status
        os.close(ours)
        assert users_of(api, group) == found


def read_until(terminal: int, wanted: bytes) -> bytes:
    """Read the output of a terminal until it contains `wanted`; returns it."""
    printed, deadline = b"", time.monotonic() + 60
    while wanted not in printed:
        assert time.monotonic() < deadline
        printed += os.read(terminal, 4096)
    return printed
