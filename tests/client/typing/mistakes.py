"""Mistakes that type checkers must report, on the marked lines. This module is never run."""

from __future__ import annotations

import heliograph
from heliograph import Client, ParticipantJoinBody


def mistakes(client: Client) -> None:
    client.participants.join_conversation("a", "c", userid="u")  # wrong
    client.participants.join_conversation("a", "c", user_id=7)  # wrong
    client.participants.join_conversation("a")  # wrong
    ParticipantJoinBody(userid="u")  # wrong
    ParticipantJoinBody(user_id=7)  # wrong
    print(client.participants.list_participants("a", "c").participant)  # wrong
    print(client.participants.list_participants("a", "c").participants[0].user_idd)  # wrong
    client.participants.jion_conversation("a", "c")  # wrong
    client.conversations.create_conversation("a", type="group")  # wrong
    print(heliograph.ParticipantsApy)  # wrong
