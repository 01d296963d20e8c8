"""Renders a report: one HTML file without scripts, in which every text from outside is escaped."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from heliograph.cli.report.collecting import SHOWN, Collected, Row

_REDACTED = "[secret]"
_LENGTH = 500
_STYLE = """body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#1d2430;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #dfe3ea;
overflow-wrap:anywhere}
th{white-space:nowrap;color:#5a6475;font-weight:600}
.bad td{background:#fdecec}"""


def _policy() -> str:
    """Allows the one style sheet, and nothing else: no scripts, no images, no forms, no connections."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


class ReportPage:
    """The HTML of a report. `secrets` are replaced wherever they appear."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)

    def render(self, status: Row, problems: Sequence[str], collected: Collected | None) -> str:
        """The whole page."""
        parts = [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{html.escape(_policy())}">',
            f"<title>Heliograph report</title><style>{_STYLE}</style></head><body><h1>Heliograph report</h1>",
            *self._section("Status", (), [(False, [name, value]) for name, value in status.items()]),
            *self._section("Problems", (), [(True, [problem]) for problem in problems], nothing="None."),
        ]
        if collected is not None:
            parts += [*self._requests(collected.requests), *self._deliveries(collected)]
        return "\n".join([*parts, "</body></html>", ""])

    def _requests(self, found: list[Row] | None) -> Iterator[str]:
        if found is None:
            yield "<h2>Requests</h2><p>This server does not keep a log of requests.</p>"
            return
        heads = ("Received", "Request", "Operation", "Status", "Errors", "Key", "ms", "Chaos")
        rows = [
            (
                (one.get("status") or 500) >= 400,
                [
                    one.get("receivedAt"),
                    f"{one.get('method')} {one.get('path')}",
                    one.get("operation"),
                    one.get("status", "no response"),
                    "; ".join(map(str, one.get("errors") or ())),
                    one.get("keyId"),
                    one.get("durationMs"),
                    one.get("chaos"),
                ],
            )
            for one in found
        ]
        yield from self._section(f"Requests, the last {SHOWN}", heads, rows, nothing="There were none.")

    def _deliveries(self, collected: Collected) -> Iterator[str]:
        heads = ("Created", "Event", "Webhook", "Conversation or user", "Status", "Attempts")
        rows = [
            (
                one["status"] == "failed",
                [
                    one["createdAt"],
                    f"{one['eventType']} {one['eventId']}",
                    one["webhookId"],
                    one.get("conversationId") or one.get("userId"),
                    one["status"],
                    "\n".join(map(_attempt, one.get("attempts") or ())),
                ],
            )
            for one in collected.deliveries
        ]
        title = f"Events and their deliveries, {'the last' if collected.complete else 'not the newest'} {SHOWN}"
        yield from self._section(title, heads, rows, nothing="There were none.")

    def _section(
        self, title: str, heads: Sequence[str], rows: Sequence[tuple[bool, Sequence[Any]]], nothing: str = ""
    ) -> Iterator[str]:
        yield f"<h2>{html.escape(title)}</h2>"
        if not rows:
            yield f"<p>{nothing}</p>"
            return
        yield "<table>"
        if heads:
            yield f"<tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>"
        for is_bad, cells in rows:
            shown = "".join(f"<td>{self._text(cell)}</td>" for cell in cells)
            start = '<tr class="bad">' if is_bad else "<tr>"
            yield f"{start}{shown}</tr>"
        yield "</table>"

    def _text(self, value: Any) -> str:
        """A value as text of the page: without secrets and control characters, escaped."""
        text = "" if value is None else str(value)
        for secret in self._secrets:
            text = text.replace(secret, _REDACTED)
        # Control characters include those that change the direction of the text after them.
        lines = ["".join(one if one.isprintable() else "�" for one in line) for line in text.split("\n")]
        return "<br>".join(html.escape(line[:_LENGTH]) for line in lines)


def _attempt(attempt: Row) -> str:
    outcome = attempt["status"] if attempt.get("status") is not None else attempt.get("error")
    response = " ".join((attempt.get("response") or "").split())
    return f"{attempt['number']}: {attempt['startedAt']}, {attempt['milliseconds']} ms, {outcome} {response}"
