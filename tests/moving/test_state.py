"""The journal of an import."""

from __future__ import annotations

from pathlib import Path

import pytest

from heliograph.errors import UsageError
from heliograph.moving.report import RefusedRecord, Report
from heliograph.moving.state import ConversationState, State, digest_of
from tests.moving.moving import limited_files

ONE, TWO = "67a0ecf8f0305f4a391e9db1", "67a0ecf8f0305f4a391e9db2"


def opened(path: Path, source: str = "a", at: str = "now") -> State:
    """The state of an import."""
    return State(path, Report(source, "b", at))


def closed(path: Path, *, finished: bool = False) -> None:
    """Write the state of an import that has made progress, and close it."""
    state = opened(path)
    state.set_user(ONE, b"12345678")
    conversation = ConversationState(b"87654321", TWO, run=state.run)
    conversation.set_participants({ONE: b"abcdefgh", "invalid": b"abcdefgh"})
    conversation.set_recent_messages({f"{number:024x}": b"hgfedcba" for number in range(101)})
    state.set_conversation(TWO, conversation)
    state.note([RefusedRecord("message", ONE, ["why"], TWO)], missing="ada")
    state.report.count("users")
    state.checkpoint()
    state.report.count("users")
    state.checkpoint()
    state.finish_name("ben")
    if finished:
        state.finish()
    state.close()


def test_an_interrupted_import_is_resumed(tmp_path: Path) -> None:
    closed(tmp_path / "state")
    state = opened(tmp_path / "state", at="later")
    assert (state.run, state.is_resumed, state.is_done("ben"), state.is_done("ada")) == (1, True, True, False)
    assert (state.users, state.seen) == ({ONE: b"12345678"}, {ONE})
    assert state.conversations[TWO].participants() == {ONE: b"abcdefgh"}
    assert [one.titles for one in state.report.refused] == [["why"]]
    recent = state.conversations[TWO].recent_messages()
    assert (len(recent), min(recent), set(recent.values())) == (100, f"{1:024x}", {b"hgfedcba"})
    assert (state.report.started_at, state.report.read, state.report.missing_users) == ("now", {"users": 2}, ["ada"])
    state.close()


def test_the_next_import_starts_with_the_known_state(tmp_path: Path) -> None:
    closed(tmp_path / "state", finished=True)
    size = (tmp_path / "state").stat().st_size
    state = opened(tmp_path / "state", at="later")
    assert (state.run, state.is_resumed, state.is_done("ben")) == (2, False, False)
    assert (state.users, state.seen) == ({ONE: b"12345678"}, set())
    assert state.conversations[TWO].newest == TWO
    assert (state.report.started_at, state.report.read, state.report.refused) == ("later", {}, [])
    state.close()
    assert (tmp_path / "state").stat().st_size < size
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


@pytest.mark.parametrize("torn", [b"{", b'{"user":"67a0', b'{"user":"x","digest":"%"}\n', b"\xff\n"])
def test_an_incomplete_line_is_discarded(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "state"
    closed(path)
    content = path.read_bytes()
    path.write_bytes(content + torn)
    state = opened(path)
    assert path.read_bytes() == content
    state.set_user(TWO, b"12345678")
    state.close()
    state = opened(path)
    assert state.users == {ONE: b"12345678", TWO: b"12345678"}
    state.close()


def test_a_state_belongs_to_one_import(tmp_path: Path) -> None:
    closed(tmp_path / "state")
    with pytest.raises(UsageError, match="is of an import from a to b"):
        opened(tmp_path / "state", source="c")
    state = opened(tmp_path / "state")
    with pytest.raises(UsageError, match="another import is using"):
        opened(tmp_path / "state")
    state.close()
    (tmp_path / "other").write_text("{}")
    (tmp_path / "text").write_text("something else\n")
    for name in ("text", "other"):
        with pytest.raises(UsageError, match="is not the state of an import"):
            opened(tmp_path / name)
    with pytest.raises(UsageError, match="cannot be kept in"):
        opened(tmp_path)


def test_digests_do_not_depend_on_the_order_of_fields() -> None:
    assert digest_of({"a": 1, "b": [2]}) == digest_of({"b": [2], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": "1"})


def test_a_full_disk(tmp_path: Path) -> None:
    """A full disk ends the import with an error message. Everything that was written before is kept."""
    state = opened(tmp_path / "state")
    state.set_user(ONE, b"12345678")
    with limited_files(), pytest.raises(UsageError, match="the state of the import cannot be kept in"):
        state.note(missing="a" * 10_000)
    state.close()
    state = opened(tmp_path / "state")
    assert state.users == {ONE: b"12345678"}
    state.close()
