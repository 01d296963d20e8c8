"""Recorded requests, and the stream of what happens in an app."""

from __future__ import annotations

from heliograph import errors
from heliograph.wire.activity_stream import ActivityBye, ActivityDropped, ActivityHello, ActivityReset
from heliograph.wire.event_records import EventRecord
from heliograph.wire.formats import NO_BODY, EventStream, Json
from heliograph.wire.operations import Operation, operations_in
from heliograph.wire.paths import (
    EXTENSION_APP,
    RECORDED_REQUEST,
    A,
)
from heliograph.wire.recorded_requests import RecordedRequest, RecordedRequestListResponse, RecordedRequestResponse

RECORDER_TAG = "Recorded requests"

# fmt: off
LIST_RECORDED_REQUESTS = Operation(
    "ListRecordedRequests", "GET", EXTENSION_APP / "requests", RECORDER_TAG, A,
    "Lists the recorded requests of an app, in the order of their responses. A server with `--record-requests` records "
    "requests.",
    body=NO_BODY, response=Json(RecordedRequestListResponse), errors=(errors.InvalidPage,), paged=True,
    filters=("status", "operation", "keyId", "path"), recorded=False,
)
GET_RECORDED_REQUEST = Operation(
    "GetRecordedRequest", "GET", RECORDED_REQUEST, RECORDER_TAG, A,
    "Fetches a recorded request with its response, and the first 100 events that it caused.",
    body=NO_BODY, response=Json(RecordedRequestResponse), errors=(errors.NotFound,), recorded=False,
)
STREAM_ACTIVITY = Operation(
    "StreamActivity", "GET", EXTENSION_APP / "activity", RECORDER_TAG, A,
    "Streams what happens in an app as server-sent events: `request` with the data of a recorded request, and `event` "
    "with that of an event record. It begins with `hello`, and resumes after `Last-Event-ID`, or reports by `reset` "
    "that it cannot.",
    body=NO_BODY,
    response=EventStream(
        EventRecord, others=(RecordedRequest, ActivityHello, ActivityDropped, ActivityReset, ActivityBye)
    ),
    errors=(errors.BadRequest,), query=("once",), headers=("Last-Event-ID",), recorded=False,
)
# fmt: on

OPERATIONS = operations_in(vars())
