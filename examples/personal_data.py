"""Exports the data that the server stores about a user, and erases the person.

python examples/personal_data.py http://127.0.0.1:8080 APP_ID KEY_ID KEY_SECRET
"""

from __future__ import annotations

import sys

from heliograph import BasicAuth, Client, Message


def prepare(client: Client, app_id: str) -> str:
    """Create a group with a message by Ada and a reply by Bob; returns the id of the group."""
    users = [
        client.users.create_user(app_id, {"externalId": name.lower(), "profile": {"givenName": name}}).user
        for name in ("Ada", "Bob")
    ]
    members = [{"userId": one.id, "subscribeSDKClient": False} for one in users]
    group = client.conversations.create_conversation(
        app_id, {"type": "sdkGroup", "displayName": "Crew", "participants": members}
    ).conversation
    for user, text in zip(users, ("The ferry leaves at nine.", "See you there, Ada."), strict=True):
        author = {"type": "user", "userId": user.id}
        client.messages.post_message(app_id, group.id, {"author": author, "content": {"type": "text", "text": text}})
    return group.id


def text_of(message: Message) -> str:
    """The text of a message."""
    return message.content.to_dict().get("text") or "(removed)"


def export(client: Client, app_id: str) -> None:
    """Print the type of each line, and the texts that Ada wrote."""
    with client.people.export_user(app_id, "ada") as lines:
        for line in lines:
            print(f"{line.type}: {text_of(line.message)}" if line.message else line.type)


def erase(client: Client, app_id: str) -> None:
    """Erase Ada, and print the report."""
    erasure = client.people.erase_user(app_id, "ada").erasure
    print("removed:", erasure.removed)
    print("changed:", erasure.changed)
    print("what stays:", ", ".join(sorted({one.what for one in erasure.kept or []} - {"snapshot"})))


def show(client: Client, app_id: str, group_id: str) -> None:
    """Print the messages of the group."""
    for message in client.messages.list_messages(app_id, group_id).messages:
        print(f"{message.author.display_name or 'an erased user'}: {text_of(message)}")


def main(url: str, app_id: str, key_id: str, secret: str) -> None:
    """Make the calls of the page."""
    client = Client(url, auth=BasicAuth(key_id, secret))
    group_id = prepare(client, app_id)
    export(client, app_id)
    erase(client, app_id)
    show(client, app_id, group_id)


if __name__ == "__main__":
    main(*sys.argv[1:])
