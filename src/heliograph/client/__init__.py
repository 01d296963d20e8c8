"""The Python client of the API. `heliograph.Client` and `heliograph.AsyncClient` are its public faces.

`requesting` turns an operation of the table and its arguments into a `PreparedRequest`, checked against the wire types.
`async_calls` sends it over `http`, retries as `retrying` decides, and `decoding` turns the response into a model or an
error. Everything except sending is free of I/O. The sync client (`sync_*.py`) and the methods of the operations
(`_generated`) are generated: edit the `async_*.py` files or the table, then run `make generate`.
"""
