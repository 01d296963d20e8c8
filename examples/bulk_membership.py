"""Changes the membership of a group as a whole, with the client: docs/howto/bulk-membership.md explains it.

    python bulk_membership.py URL APP_ID KEY_ID KEY_SECRET

Use a separate app, such as the app of a new sandbox.
"""

from __future__ import annotations

import secrets
import sys

from heliograph import BasicAuth, Client, PreconditionFailed


def main(url: str, app_id: str, key_id: str, secret: str) -> None:
    """Add, remove, and set the members of a new group."""
    with Client(url, auth=BasicAuth(key_id, secret)) as client:
        prefix = secrets.token_hex(4)
        names = [f"{prefix}-{number}" for number in range(300)]
        for name in names:
            client.users.create_user(app_id, external_id=name)
        group = client.conversations.create_conversation(app_id, type="sdkGroup").conversation.id

        # Many joins and leaves in one request, with a result for each.
        items = [{"type": "join", "userExternalId": name, "subscribeSDKClient": False} for name in names[:200]]
        items.append({"type": "leave", "userExternalId": f"{prefix}-unknown"})
        done = client.memberships.bulk_participants(app_id, group, items=items)
        print(f"{done.counts.joined} joined, {done.counts.refused} refused")
        for one in done.results:
            for error in one.errors or []:
                print(f"item {one.index}: {one.status} {error.title}")

        # The complete list of members: first a dry run, then the change, unless the membership has changed since.
        wanted = [{"userExternalId": name, "subscribeSDKClient": False} for name in names[100:]]
        planned = client.members.replace(app_id, group, wanted, dry_run=True)
        print(f"would be: {planned.joined} join, {planned.left} leave, {planned.stayed} stay")
        client.participants.leave_conversation(app_id, group, user_external_id=names[0])
        try:
            client.members.replace(app_id, group, wanted, version=planned.version)
        except PreconditionFailed:
            print("the membership has changed in the meantime")
        made = client.members.replace(app_id, group, wanted)
        print(f"{made.joined} joined, {made.left} left, {made.stayed} stayed")

        # Without members, everybody leaves.
        print(f"{client.members.replace(app_id, group, []).left} left")


if __name__ == "__main__":
    main(*sys.argv[1:])
