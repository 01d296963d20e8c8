"""An erasure deletes the recorded requests of the person."""

from __future__ import annotations

from tests.databases import rows
from tests.harness import Caller, Server
from tests.people.calling import base, erase


def test_no_request_mentions_the_person(own: Caller, recorder: Server) -> None:
    """Refused requests, which name the person in the body only, are deleted too. The erasure itself has no name."""
    email = "lovelace@example.org"
    ada = own.new_user("ada", profile={"email": email})
    own("POST", "/users", {"externalId": "", "profile": {"email": email}})
    own.ok("GET", "/users/ada")
    own.new_user("bob")
    erase(own, "ada")
    own.ok("GET", f"{base(own)}/erasures")
    found = rows(recorder.database_url, "SELECT path, sent, received FROM request WHERE app_id = $1", own.app_id)
    for text in (email, ada, '"ada"', "/ada"):
        assert not [row for row in found if text in repr(row)], text
    assert [row for row in found if "bob" in row[1]]
