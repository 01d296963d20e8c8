# Generated from async_events.py by tools/unasync.py. Do not edit.
"""The event stream: `client.events.stream(app_id)`."""

from __future__ import annotations

import random
import time
from collections.abc import Generator, Iterable
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from msgspec.structs import replace

from heliograph.client import retrying
from heliograph.client.delivery import Delivery, Listener, ListenerListResponse
from heliograph.client.event_source import ActivityEntry, ActivitySource, EventSource, StreamSource
from heliograph.client.options import Attempt, Options, report_attempt
from heliograph.client.requesting import PreparedRequest, build
from heliograph.client.sync_calls import Api, BaseClient
from heliograph.errors import ApiError, InvalidArgument, TransportError
from heliograph.wire.table.extensions.deliveries import LIST_LISTENERS, STREAM_EVENTS
from heliograph.wire.table.extensions.recorded_requests import STREAM_ACTIVITY

T = TypeVar("T")
S = TypeVar("S", bound=StreamSource[Any])

_SILENCE_SECONDS = 45.0
"""Reconnect after this long without data. The server sends a comment every 15 or 20 seconds."""


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
        repeated: bool = False,
        listener: str | None = None,
        forward_to: str | None = None,
    ) -> EventStream:
        """Stream events, without an endpoint for webhooks. The stream connects when it is first iterated.

            with client.events.stream(app_id, triggers=["conversation:message"]) as stream:
                for delivery in stream:
                    for event in delivery.events:
                        print(event.type, event.payload)

        Each `Delivery` equals the body of a webhook call, so one function can handle both. After a lost connection the
        stream reconnects and resumes: no event is missed or repeated.

        Args:
            app_id: the app.
            triggers: only events of these types, such as `conversation:message`; empty for all types.
            conversation_id: only events of this conversation.
            include_full_user: include the complete users in the events, like the option of webhooks.
            last_event_id: resume after this id, the `last_event_id` of an earlier stream; `0` starts with the oldest
                event. By default the stream starts with the next event.
            repeated: also stream an event again when a delivery of it is sent again. Such a delivery is `repeated`.
            listener: list the stream under this name while it is open.
            forward_to: where the listener forwards the events, for the list.

        Raises:
            InvalidArgument: an argument cannot be sent.
        """
        if isinstance(triggers, str):
            raise InvalidArgument("triggers should be a list of strings, not one string")
        query = {
            "trigger": ",".join(triggers) or None,
            "conversationId": conversation_id,
            "includeFullUser": include_full_user or None,
            "repeated": repeated or None,
            "listener": listener,
            "forwardTo": forward_to,
        }
        return EventStream(
            self._client,
            build(STREAM_EVENTS, (app_id,), query=query),
            EventSource(STREAM_EVENTS.name, last_event_id),
        )

    def activity(self, app_id: str, *, last_event_id: str | None = None) -> ActivityStream:
        """Stream what happens in an app: recorded requests and events, each with its cause.

            with client.events.activity(app_id) as stream:
                for entry in stream:
                    if isinstance(entry, RecordedRequest):
                        print(entry.method, entry.path, entry.status)
                    else:
                        print(entry.type, entry.request_id)

        After a lost connection the stream reconnects and resumes. If more than 1,000 entries follow the last one, it
        begins with the next one instead, and counts a reset: `stream.resets`. A server without `--record-requests`
        sends events only.

        Args:
            app_id: the app.
            last_event_id: resume after this id, the `last_event_id` of an earlier stream. By default the stream starts
                with the next entry.

        Raises:
            InvalidArgument: an argument cannot be sent.
        """
        return ActivityStream(
            self._client, build(STREAM_ACTIVITY, (app_id,)), ActivitySource(STREAM_ACTIVITY.name, last_event_id)
        )

    def listeners(self, app_id: str) -> list[Listener]:
        """The programs that follow the events of the app under a name, such as `heliograph listen`.

        Raises:
            InvalidArgument: an argument cannot be sent.
            ApiError: the server responded with an error.
            TransportError: no response arrived.
            DecodeError: the response cannot be decoded.
        """
        response = self._client.send(build(LIST_LISTENERS, (app_id,)), ListenerListResponse)
        return response.listeners


class Stream(Generic[S, T]):
    """Iterates over what a stream sends, and resumes after a lost connection. Close it, or use it as a context manager.

    Raises while it is iterated:
        ApiError: the server responded with an error, for example because the key was revoked.
        ClientUnusable: the client was closed.
        DecodeError: the server sent invalid events.
    """

    def __init__(self, client: BaseClient, prepared: PreparedRequest, source: S) -> None:
        self._client = client
        self._prepared = prepared
        self._source = source
        self._records = self._iterate()

    @property
    def last_event_id(self) -> str | None:
        """The id to resume after. What the stream yields counts as handled when the next one is requested."""
        return self._source.last_event_id

    @property
    def resets(self) -> int:
        """How often the server could not resume, or events that were received have been undone, because a sandbox
        restored a snapshot."""
        return self._source.resets

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        return next(self._records)

    def close(self) -> None:
        """Close the connection and end the iteration."""
        self._records.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _iterate(self) -> Generator[T, None, None]:
        options, failures, name = self._client._options, 0, self._prepared.operation.name
        while True:
            failure: ApiError | TransportError | None = None
            started = time.monotonic()
            self._source.begin()
            try:
                with self._client.open(self._prepared, self._request_options(options)) as chunks:
                    failures = 0
                    for chunk in chunks:
                        yield from self._source.read(chunk)
            except (ApiError, TransportError) as error:
                failure = error
            failures += 1
            pause = retrying.pause(failures, options.backoff, random.random(), getattr(failure, "retry_after", None))
            if failure is not None and not retrying.worth_repeating(failure, self._prepared.operation):
                raise failure
            status = failure.status if isinstance(failure, ApiError) else None
            report_attempt(options, Attempt(name, failures, time.monotonic() - started, status, failure, pause))
            time.sleep(pause)

    def _request_options(self, options: Options) -> Options:
        last = self._source.last_event_id
        resume = {} if last is None else {"last-event-id": last}
        return replace(
            options, timeout=_SILENCE_SECONDS, headers={**options.headers, "accept": "text/event-stream", **resume}
        )


class EventStream(Stream[EventSource, Delivery]):
    """Iterates over deliveries."""


class ActivityStream(Stream[ActivitySource, ActivityEntry]):
    """Iterates over recorded requests and events."""

    @property
    def recording(self) -> bool:
        """Whether the server records requests, once it has responded."""
        return self._source.recording

    @property
    def dropped(self) -> int:
        """How many requests the server has not recorded while the stream was open, because there were too many."""
        return self._source.dropped
