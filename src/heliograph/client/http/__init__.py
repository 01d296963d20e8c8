"""The HTTP layer of the client: sends one request and returns the response, without retries.

Sync requests use `connections`, a small HTTP/1.1 client, unless a proxy, a transport or an httpx client is configured;
`opening` decides. Everything else uses httpx (`async_http`, and `sync_http`, which is generated from it). `pool` keeps
separate connections for each process and event loop.
"""
