"""Rules about bulk changes of memberships."""

from __future__ import annotations

import json
from typing import Any

from heliograph.conformance.check import rule
from heliograph.conformance.outcomes import Need, equal
from heliograph.conformance.site import MISSING, Site
from heliograph.wire.formats import LINES
from heliograph.wire.table.extensions.bulk import BULK_PARTICIPANTS, REPLACE_PARTICIPANTS


def join(user: str) -> dict[str, Any]:
    """An item that joins."""
    return {"type": "join", "userId": user, "subscribeSDKClient": False}


def members(*users: str) -> bytes:
    """The body with a set of members."""
    return json.dumps([{"userId": user, "subscribeSDKClient": False} for user in users]).encode()


def replaced(site: Site, group: str, *users: str, **params: str) -> Any:
    """Replace the members of a group; returns the response."""
    return site.ok(REPLACE_PARTICIPANTS, content=members(*users), headers=JSON, params=params, conversationId=group)


def inside(site: Site, group: str) -> list[str]:
    """The users in a group, in the order of joining."""
    return [one["userId"] for one in site.participants(group)]


JSON = {"content-type": "application/json"}


@rule("bulk.1", "Each item of a bulk change has the result of a single call.", Need.EXTENSIONS)
def results(site: Site) -> None:
    user, group = site.user(), site.group(site.ada)
    items = [join(user), join(site.ada), {"type": "leave", "userId": MISSING}, {"type": "leave", "userId": site.ada}]
    done = site.ok(BULK_PARTICIPANTS, {"items": items}, conversationId=group)
    equal([one["status"] for one in done["results"]], [201, 201, 404, 200], "the statuses")
    equal(done["counts"], {"joined": 1, "left": 1, "unchanged": 1, "refused": 1}, "the counts")
    equal(inside(site, group), [user], "the members")


@rule("bulk.2", "A refused item of an atomic request undoes the others.", Need.EXTENSIONS)
def atomic(site: Site) -> None:
    group = site.group()
    body = {"items": [join(site.ada), join(MISSING)], "atomic": True}
    site.call(BULK_PARTICIPANTS, body, conversationId=group).refused(404, "user_not_found")
    equal(inside(site, group), [], "the members")


@rule("bulk.3", "A set replaces the members, and users who stay keep their participants.", Need.EXTENSIONS)
def sets(site: Site) -> None:
    one, two, three = site.user(), site.user(), site.user()
    group = site.group(one, two)
    before = site.participants(group)[1]
    done = replaced(site, group, three, two)
    equal((done["joined"], done["left"], done["stayed"]), (1, 1, 1), "the counts")
    equal(inside(site, group), [two, three], "the members")
    equal(site.participants(group)[0], before, "the participant who stays")
    replaced(site, group)
    equal(inside(site, group), [], "the members after an empty array")


@rule("bulk.4", "An unknown user refuses the whole set.", Need.EXTENSIONS)
def unknown_users(site: Site) -> None:
    group, content = site.group(site.ada), members(MISSING)
    answer = site.call(REPLACE_PARTICIPANTS, content=content, headers=JSON, conversationId=group)
    answer.refused(404, "user_not_found")
    equal(inside(site, group), [site.ada], "the members")


@rule("bulk.5", "A dry run counts and changes nothing.", Need.EXTENSIONS)
def dry_run(site: Site) -> None:
    group = site.group(site.ada)
    done = replaced(site, group, site.user(), dryRun="true")
    equal((done["joined"], done["left"], done["dryRun"]), (1, 1, True), "the counts")
    equal(inside(site, group), [site.ada], "the members")


@rule("bulk.6", "A set for another version is refused, and a message does not change the version.", Need.EXTENSIONS)
def versions(site: Site) -> None:
    group = site.group(site.ada)
    version = replaced(site, group, site.ada)["version"]
    site.say(group)
    equal(replaced(site, group, site.ada, dryRun="true")["version"], version, "the version after a message")
    site.join(group, site.user())
    headers = {**JSON, "if-match": f'"{version}"'}
    answer = site.call(REPLACE_PARTICIPANTS, content=members(), headers=headers, conversationId=group)
    answer.refused(412, "precondition_failed")


@rule("bulk.7", "A client that accepts lines gets the progress and a summary.", Need.EXTENSIONS)
def progress(site: Site) -> None:
    group, headers = site.group(), {**JSON, "accept": LINES}
    answer = site.call(REPLACE_PARTICIPANTS, content=members(site.ada), headers=headers, conversationId=group)
    lines = [json.loads(line)["type"] for line in answer.expect(200).content.splitlines()]
    equal(lines, ["progress", "progress", "summary"], "the types of the lines")
