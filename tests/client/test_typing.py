"""Type checkers accept typical code of users, and report their mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkers import CHECKERS, lines_marked, lines_refused

FILES = Path(__file__).parent / "typing"


@pytest.mark.parametrize("checker", CHECKERS)
def test_typical_code_is_accepted_and_mistakes_are_reported_at_their_lines(checker: str) -> None:
    typical, mistakes = FILES / "typical.py", FILES / "mistakes.py"
    wrong = lines_marked(mistakes)
    assert len(wrong) == 10
    assert lines_refused(checker, typical, mistakes) == {typical: set(), mistakes: wrong}
