# Generated from async_events.py by tools/unasync.py. Do not edit.
"""The event stream: `client.events.stream(app_id)`."""

from __future__ import annotations

import random
import time
from collections.abc import Generator, Iterable
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from heliograph.client import retrying
from heliograph.client.delivery import Delivery
from heliograph.client.event_source import EventSource
from heliograph.client.options import Attempt, Options, tell
from heliograph.client.requesting import Call, build
from heliograph.client.sync_calls import Api, Caller
from heliograph.errors import ApiError, InvalidArgument, TransportError
from heliograph.wire.table.extensions import STREAM_EVENTS

_SILENCE_SECONDS = 45.0
"""How long nothing may come before the stream is opened again. The server sends a comment every 15 seconds."""


class EventsApi(Api):
    """The events of an app, as they happen."""

    def stream(
        self,
        app_id: str,
        *,
        triggers: Iterable[str] = (),
        conversation_id: str | None = None,
        include_full_user: bool = False,
        last_event_id: str | None = None,
    ) -> EventStream:
        """Receive events without an endpoint that the server could call. Nothing is sent before the first iteration.

            with client.events.stream(app_id, triggers=["conversation:message"]) as stream:
                for delivery in stream:
                    for event in delivery.events:
                        print(event.type, event.payload)

        Each `Delivery` is what a webhook would be called with, so one function can handle both. The stream is opened
        again, where it broke off, for as long as it is iterated: events are not missed, and not repeated.

        Args:
            app_id: the app.
            triggers: only events of these types, such as `conversation:message`; all if empty.
            conversation_id: only events of this conversation.
            include_full_user: complete the users in the events, as a webhook may ask for.
            last_event_id: resume after this id, the `last_event_id` of an earlier stream. Without it the stream begins
                with the next event.

        Raises:
            InvalidArgument: an argument cannot be sent.
        """
        if isinstance(triggers, str):
            raise InvalidArgument("triggers should be several, not one string")
        query = {
            "trigger": ",".join(triggers) or None,
            "conversationId": conversation_id,
            "includeFullUser": include_full_user or None,
        }
        return EventStream(self._client, build(STREAM_EVENTS, (app_id,), query=query), last_event_id)


class EventStream:
    """Iterates over deliveries, and resumes after a lost connection. Close it, or use it as a context manager.

    Raises while it is iterated:
        ApiError: the server refused, for example because the key was revoked.
        ClientUnusable: the client was closed.
        DecodeError: the server sent something else than events.
    """

    def __init__(self, client: Caller, call: Call, last_event_id: str | None) -> None:
        self._client = client
        self._call = call
        self._source = EventSource(call.operation.name, last_event_id)
        self._deliveries = self._receive()

    @property
    def last_event_id(self) -> str | None:
        """The id to resume after. A delivery counts as handled once the next one is asked for."""
        return self._source.last_event_id

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Delivery:
        return next(self._deliveries)

    def close(self) -> None:
        """Close the connection; the iteration is over."""
        self._deliveries.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _receive(self) -> Generator[Delivery, None, None]:
        options, failures, name = self._client._options, 0, self._call.operation.name
        while True:
            failure: ApiError | TransportError | None = None
            started = time.monotonic()
            self._source.begin()
            try:
                with self._client.open(self._call, self._options_of_request(options)) as chunks:
                    failures = 0
                    for chunk in chunks:
                        yield from self._source.read(chunk)
            except (ApiError, TransportError) as error:
                failure = error
            failures += 1
            pause = retrying.pause(failures, options.backoff, random.random(), getattr(failure, "retry_after", None))
            if failure is not None and not retrying.worth_repeating(failure, self._call.operation):
                raise failure
            status = failure.status if isinstance(failure, ApiError) else None
            tell(options, Attempt(name, failures, time.monotonic() - started, status, failure, pause))
            time.sleep(pause)

    def _options_of_request(self, options: Options) -> Options:
        place = self._source.last_event_id
        resumed = {} if place is None else {"last-event-id": place}
        return replace(
            options, timeout=_SILENCE_SECONDS, headers={**options.headers, "accept": "text/event-stream", **resumed}
        )
