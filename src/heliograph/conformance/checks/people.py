"""Rules about the export and the erasure of a person."""

from __future__ import annotations

import json
from typing import Any

from heliograph.conformance.check import rule
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import Site
from heliograph.wire.table.extensions.deliveries import LIST_EVENT_RECORDS
from heliograph.wire.table.extensions.people import ERASE_USER, EXPORT_USER, LIST_ERASURES
from heliograph.wire.table.v2.conversations import LIST_MESSAGES


def erase(site: Site, user: str) -> Any:
    """Erase a user; returns the report."""
    return site.ok(ERASE_USER, userIdOrExternalId=user)["erasure"]


def records(site: Site, **filters: str) -> list[Any]:
    """The events that a filter selects."""
    params = {f"filter[{name}]": value for name, value in filters.items()}
    events: list[Any] = site.ok(LIST_EVENT_RECORDS, params=params)["events"]
    return events


@rule("people.1", "An export begins with a header, and ends with the number of lines of each type.", Need.EXTENSIONS)
def export(site: Site) -> None:
    user = site.user()
    answer = site.call(EXPORT_USER, userIdOrExternalId=user).expect(200)
    lines = [json.loads(line) for line in answer.content.splitlines()]
    equal((lines[0]["type"], lines[0]["userId"]), ("header", user), "the first line")
    equal((lines[-1]["type"], sum(lines[-1]["counts"].values())), ("end", len(lines) - 2), "the last line")


@rule("people.2", "user:remove of an erasure has the id of the user and nothing else.", Need.EXTENSIONS)
def removal(site: Site) -> None:
    user = site.user(site.name(), metadata={"name": site.name()})
    erase(site, user)
    (event,) = records(site, userId=user)
    equal(event["payload"], {"user": {"id": user, "authenticated": False}}, "the payload of user:remove")


@rule("people.3", "Messages of an erased person keep their place with a pseudonym as the author.", Need.EXTENSIONS)
def messages(site: Site) -> None:
    user = site.user()
    group = site.group(user)
    message = site.say(group, site.name(), user)
    pseudonym = erase(site, user)["pseudonym"]
    (shown,) = site.ok(LIST_MESSAGES, conversationId=group)["messages"]
    expected = ({"type": "user", "userId": pseudonym}, {"type": "text", "text": ""}, message["received"])
    equal((shown["author"], shown["content"], shown["received"]), expected, "the author, the content and the time")


@rule("people.4", "Events of conversations have the pseudonym instead of an erased user.", Need.EXTENSIONS)
def events(site: Site) -> None:
    user = site.user()
    group = site.group()
    site.join(group, user)
    pseudonym = erase(site, user)["pseudonym"]
    joins = [one for one in records(site, conversationId=group) if one["type"] == "conversation:join"]
    equal([one["payload"]["user"]["id"] for one in joins], [pseudonym], "the users of the joins")


@rule("people.5", "An erased user is not found, and the erasure is listed.", Need.EXTENSIONS)
def erasures(site: Site) -> None:
    user = site.user()
    id = erase(site, user)["id"]
    site.call(ERASE_USER, userIdOrExternalId=user).refused(404, "user_not_found")
    page: dict[str, str] = {}
    found: list[str] = []
    while True:
        shown = site.ok(LIST_ERASURES, params=page)
        found += [one["id"] for one in shown["erasures"]]
        if not shown["meta"]["hasMore"]:
            break
        page = {"page[after]": shown["meta"]["afterCursor"]}
    holds(id in found, "the erasure among those of the app", found)
