"""The newest requests of each app."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence

from msgspec import Struct

from heliograph.sandbox.pages import page_of
from heliograph.wire import times
from heliograph.wire.paging import Page, Slice
from heliograph.wire.requests import RequestFilter, SeenRequest

REQUESTS_PER_APP = 500
APPS = 100
_PATH_LIMIT = 512


class LoggedRequest(Struct, gc=False):
    """A request and its response, as they are kept. `received_at` and `duration` are in milliseconds."""

    id: str
    request_id: str
    received_at: int
    method: str
    path: str
    operation: str
    duration: float
    status: int | None
    errors: tuple[str, ...]
    key_id: str | None
    chaos: str | None


class RecentRequests:
    """Keeps the newest requests of the apps that were called last, in memory."""

    def __init__(self) -> None:
        self._apps: OrderedDict[str, deque[LoggedRequest]] = OrderedDict()

    def add(self, app_id: str, request: LoggedRequest) -> None:
        """Add a request of an app that exists."""
        kept = self._apps.get(app_id)
        if kept is None:
            kept = self._apps[app_id] = deque(maxlen=REQUESTS_PER_APP)
            if len(self._apps) > APPS:
                self._apps.popitem(last=False)
        else:
            self._apps.move_to_end(app_id)
        request.path = request.path[:_PATH_LIMIT]
        kept.append(request)

    def knows(self, app_id: str) -> bool:
        """Whether there are requests of this app."""
        return app_id in self._apps

    def page(self, app_id: str, wanted: RequestFilter, page: Page) -> Slice[SeenRequest]:
        """A page of the requests of an app, oldest first."""
        matching = [one for one in self._apps.get(app_id, ()) if _matches(one, wanted)]
        found = page_of(matching, page)
        return found.holding([_to_api(one) for one in found.records])

    def drop(self, app_id: str, texts: Sequence[str]) -> None:
        """Forget the requests of an app whose paths contain one of the texts."""
        if (kept := self._apps.get(app_id)) is not None:
            left = [one for one in kept if not any(text in one.path for text in texts)]
            self._apps[app_id] = deque(left, maxlen=REQUESTS_PER_APP)

    def clear(self, app_id: str) -> None:
        """Forget the requests of an app."""
        self._apps.pop(app_id, None)


def _matches(request: LoggedRequest, wanted: RequestFilter) -> bool:
    if wanted.operation is not None and request.operation != wanted.operation:
        return False
    return wanted.status is None or request.status == wanted.status


def _to_api(request: LoggedRequest) -> SeenRequest:
    return SeenRequest(
        id=request.id,
        request_id=request.request_id,
        received_at=times.to_text(request.received_at),
        method=request.method,
        path=request.path,
        operation=request.operation,
        duration_ms=round(request.duration, 3),
        status=request.status,
        errors=list(request.errors) or None,
        key_id=request.key_id,
        chaos=request.chaos,
    )
