"""The HTTP server: from a connection to the response of an operation.

`app` is the application, which is an ASGI application too. It passes API requests to `api`, which routes them
(`router`), authenticates them (`auth`), reads their bodies and sends their responses (`http`), and calls the handlers
in `routes`. Each handler is bound to an operation of the table in `wire.table` (`handlers`). Requests with an
idempotency key have routes of their own (`idempotency`, `transactional`), and so do streams (`streams`, `tailing`).

`docs` serves the OpenAPI document and the reference page, `console` the page of the console, `consent` that of OAuth,
and `attachments` the files. `observability` writes logs and metrics, `recording` records requests
(`recording_app`), and `process` runs the event loop and the worker processes.

A sandbox has other classes in place of some of these: `sandbox_api`, `disturbing`, `disturbed_streams`, `gated`,
`inbox_page`. For sessions of the console, `masking` and `contents` leave things out of responses.

Handlers call `domain`; the server contains no business rules and no SQL.
"""
