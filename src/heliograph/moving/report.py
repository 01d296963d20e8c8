"""The report of an import: what it did, which records were refused, and which data the source does not provide."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

NOT_TOLD = (
    "secrets: create API keys, integrations and webhooks on this server",
    "the switchboard, and which of its integrations controls a conversation",
    "who was in a conversation earlier, and when participants joined, beyond the order of their ids",
    "which messages a participant has read, beyond the number of unread ones and the time of the last read one",
    "link requests that are pending",
    "messages, users and conversations that were deleted, and the events of the past",
    "the contents of files: messages keep the URLs that they have at the source",
)


class RefusedRecord(Struct, rename="camel"):
    """A record that this server refused, and why."""

    kind: str
    id: str
    titles: list[str]
    conversation_id: str | None = None


class Report(Struct, rename="camel"):
    """What an import did. The counts of a resumed import include the work before the interruption. If the process was
    killed, the work of its last moments is not counted."""

    source: str
    target: str
    started_at: str
    finished_at: str | None = None
    read: dict[str, int] = {}
    """The number of records of each kind that were read."""
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    """Records that were the same at the last import, and were not sent again."""
    deleted: int = 0
    """Messages of an earlier import that have been deleted at the source since, and that this import deleted here."""
    refused: list[RefusedRecord] = []
    missing_users: list[str] = []
    """Names of the list that do not exist at the source, or were deleted there."""
    missing_conversations: list[str] = []
    """Conversations of an earlier import without a user of the list: all of them have left."""
    not_stored: dict[str, int] = {}
    """Fields and values that this server cannot store, with the number of records."""
    unknown_contents: dict[str, int] = {}
    """Types of messages that this server does not know, and stores as they are."""
    messages_with_files: int = 0
    requests: int = 0
    rate_limited: int = 0
    not_told: tuple[str, ...] = NOT_TOLD

    def count(self, kind: str, number: int = 1) -> None:
        """Count records that were read."""
        _add(self.read, kind, number)

    def leave_out(self, what: str) -> None:
        """Count a field or a value that is not stored."""
        _add(self.not_stored, what, 1)

    def lines(self) -> list[str]:
        """The report for a terminal."""
        read = ", ".join(f"{number:,} {kind}" for kind, number in sorted(self.read.items())) or "nothing"
        # A directory is read without requests.
        how = f" in {self.requests:,} requests" if self.requests else ""
        lines = [
            f"read {read}{how}",
            f"created {self.created:,}, updated {self.updated:,}, unchanged {self.unchanged + self.skipped:,}, "
            f"refused {len(self.refused):,}",
        ]
        if self.deleted:
            lines.append(f"messages deleted here, because they were at the source: {self.deleted:,}")
        lines += [f"refused {one.kind} {one.id}: {'; '.join(one.titles)}" for one in self.refused[:10]]
        for title, names in (("user", self.missing_users), ("conversation", self.missing_conversations)):
            if names:
                more = ", …" if len(names) > 10 else ""
                lines.append(f"not found at the source: {len(names):,} {title}s ({', '.join(names[:10])}{more})")
        lines += [f"not stored: {name} of {number:,} records" for name, number in sorted(self.not_stored.items())]
        lines += [
            f"stored as it is: the unknown type {name} of {number:,} messages"
            for name, number in sorted(self.unknown_contents.items())
        ]
        if self.messages_with_files:
            lines.append(f"{self.messages_with_files:,} messages show files, which stay where they are")
        return [*lines, "not available from the source:", *(f"- {one}" for one in self.not_told)]


def _add(counts: dict[str, int], name: str, number: int) -> None:
    counts[name] = counts.get(name, 0) + number


Record = dict[str, Any]
"""A record of an import, as ImportRecords takes it."""
