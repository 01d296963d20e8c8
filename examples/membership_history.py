"""Shows who was in a conversation, when, and which key made each change.

Usage: python examples/membership_history.py URL APP_ID KEY_ID KEY_SECRET
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from heliograph import BasicAuth, Client


def main(url: str, app_id: str, key_id: str, key_secret: str) -> None:
    """Let two users join and one of them leave, and look back."""
    with Client(url, auth=BasicAuth(key_id, key_secret)) as client:
        ada, ben = (client.users.create_user(app_id, {}).user for _ in range(2))
        members = [{"userId": ada.id, "subscribeSDKClient": False}]
        body = {"type": "sdkGroup", "participants": members}
        group = client.conversations.create_conversation(app_id, body).conversation
        joined = client.participants.join_conversation(app_id, group.id, user_id=ben.id, subscribe_sdk_client=False)
        client.participants.leave_conversation(app_id, group.id, participant_id=joined.participant.id)

        names = {ada.id: "Ada", ben.id: "Ben"}
        changes = client.membership_history.list_conversation_history(app_id, group.id).changes
        for change in changes:
            by = "this key" if change.key_id == key_id else change.key_id
            print(f"{names[change.user_id]} {change.type} by {change.reason}, with {by}")

        left = changes[-1].time
        for moment in (left - timedelta(milliseconds=1), left, datetime.now(UTC)):
            at = moment.isoformat(timespec="milliseconds")
            found = client.memberships.list_members(app_id, group.id, at=at).participants
            print("members:", ", ".join(names[one.user_id] for one in found))

        of_ben = client.membership_history.list_user_history(app_id, ben.id).changes
        print("conversations that Ben was in:", len({change.conversation_id for change in of_ben}))


if __name__ == "__main__":
    main(*sys.argv[1:])
