"""The HTTP server: from a connection to the response of an operation.

`app` is the application, which is an ASGI application too. It passes API requests to `api`, which routes them
(`router`), authenticates them (`auth`), reads their bodies and sends their responses (`http`), and calls the handlers
in `routes`. Each handler is bound to an operation of the table in `wire.table` (`handlers`). `docs` serves the OpenAPI
document, `observability` writes logs and metrics, and `process` runs the event loop and the worker processes.

Handlers call `domain`; the server contains no business rules and no SQL.
"""
