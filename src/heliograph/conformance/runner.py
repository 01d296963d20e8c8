"""One run of the checks against a server, from its first request to the deletion of what it created."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from heliograph.conformance import reports
from heliograph.conformance.caller import Caller, basic
from heliograph.conformance.check import Check
from heliograph.conformance.checking import FAILED, CheckResult, run
from heliograph.conformance.receiver import Receiver
from heliograph.conformance.redaction import Redactor
from heliograph.conformance.site import RunState, Site
from heliograph.errors import UsageError
from heliograph.wire.table.v2.apps import GET_APP

Credential = tuple[str, str]


class CheckRunner:
    """The server, the keys, and the results."""

    def __init__(
        self, url: str, app_id: str, key: Credential, account: Credential | None, receiver: Receiver | None, *,
        pace: float | None, slow: bool,
    ) -> None:  # fmt: skip
        self.caller = Caller(url, pace)
        self.receiver = receiver
        self.results: list[CheckResult] = []
        self.remaining: list[str] = []
        shared = RunState(self.caller, basic(*account) if account else None, receiver, slow=slow)
        keys = [key, *([account] if account else [])]
        shared.secrets |= {one for pair in keys for one in (pair[1], basic(*pair).removeprefix("Basic "))}
        self.site = Site(shared, app_id, basic(*key))
        names = {self.caller.url: "<server>", self.caller.host: "<host>", app_id: "<app>"}
        if receiver:
            names = {receiver.public: "<webhooks>", **names}
        self._redactor = Redactor(names, shared.secrets)

    def begin(self) -> None:
        """Call the server with each key.

        Raises:
            NoResponse: the server cannot be reached.
            UsageError: the app cannot be fetched with a key.
        """
        for auth in filter(None, (self.site.authorization, self.site.run.account)):
            answer = self.site.call(GET_APP, auth=auth)
            if answer.status != 200:
                summary = self._redactor.text(answer.summary())
                raise UsageError(f"{GET_APP.name} is refused, check --url, --app and the keys: {summary}")

    def run(self, checks: Sequence[Check], echo: Callable[[str], None], *, keep: bool = False) -> bool:
        """Run the checks, print a line or more for each, and delete what they created unless `keep` is set.

        Ctrl-C ends the checks, but not the deletion. Returns whether that happened.
        """
        interrupted = False

        def report(result: CheckResult) -> None:
            self.results.append(result)
            for line in reports.text_of(result, self._redactor):
                echo(line)

        try:
            run(checks, self.site, report)
        except KeyboardInterrupt:
            interrupted = True
            echo("interrupted")
        finally:
            if not keep:
                self.remaining = self.site.delete_created()
        for line in self.remaining:
            echo(self._redactor.text(f"not deleted: {line}"))
        if keep:
            echo(f"kept what was created: names begin with {self.site.run.id}")
        echo(reports.summary_of(self.results))
        return interrupted

    @property
    def failed(self) -> bool:
        """Whether a check has failed."""
        return any(result.outcome == FAILED for result in self.results)

    def json(self) -> bytes:
        """The results as JSON."""
        return reports.json_of(self.results, self.remaining, self._redactor)

    def junit(self) -> bytes:
        """The results as JUnit XML."""
        return reports.junit_of(self.results, self._redactor)

    def record(self) -> Iterator[bytes]:
        """A line for each result, without ids and secrets."""
        return (reports.record_of(result, self._redactor) for result in self.results)

    def close(self) -> None:
        """Close the connections and the webhook endpoint."""
        self.caller.close()
        if self.receiver:
            self.receiver.close()
