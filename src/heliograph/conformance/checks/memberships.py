"""Rules about the lists of the members of a conversation."""

from __future__ import annotations

from heliograph.conformance.check import rule
from heliograph.conformance.outcomes import Need, equal, holds
from heliograph.conformance.site import Site


@rule("memberships.1", "Up to 1,000 members are on a page, in the order of joining.", Need.EXTENSIONS)
def members(site: Site) -> None:
    one, two = site.user(), site.user()
    group = site.group(one, two)
    shown = site.ok("ListMembers", params={"page[size]": "1000"}, conversationId=group)["participants"]
    equal([member["userId"] for member in shown], [one, two], "the users of the members")
    holds(shown[0]["joinedAt"] <= shown[1]["joinedAt"], "the times of joining", shown)
    site.call("ListMembers", params={"page[size]": "1001"}, conversationId=group).refused(400, "bad_request")
