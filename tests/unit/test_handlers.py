"""The binding of handlers to the rows of the table."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from heliograph.server.http.bodies import reader_of
from heliograph.server.http.responses import responder_of
from heliograph.wire.formats import Format
from heliograph.wire.table.v2.oauth import AUTHORIZE
from tests.checkers import CHECKERS, lines_marked, lines_refused

HANDLERS = Path(__file__).parent / "typing/handlers.py"


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_handler_with_other_types_than_its_row_is_a_type_error(checker: str) -> None:
    wrong = lines_marked(HANDLERS)
    assert len(wrong) == 31
    assert lines_refused(checker, HANDLERS) == {HANDLERS: wrong}


def test_a_format_that_the_server_does_not_implement_cannot_be_bound() -> None:
    unknown = msgspec.structs.replace(AUTHORIZE, body=Format(None), response=Format(None))
    with pytest.raises(NotImplementedError, match="Authorize: responses"):
        responder_of(unknown)
    with pytest.raises(NotImplementedError, match="Authorize: bodies"):
        reader_of(unknown)
