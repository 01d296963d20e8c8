"""HTTP below the API: sockets, connections, the HTTP/1.1 protocol, proxies, request bodies and responses.

`accepting` and `connections` manage the connections of a process. `protocol` parses the requests of one of them, within
limits (`channel`, `deadline`, `targets`). `exchange` is a request and its response; `http1` implements it for our
connections (`heads`), and `asgi` for those of any ASGI server.
`request` is the request as handlers get it; `bodies` and `responses` convert it by the formats of its operation. Bodies
of many objects are read by `rows`, uploads by `multipart`, and those with an idempotency key by `digests`.
`forwarded`, `hosts`, `proxies` and `urls` determine the server's own URL as the client knows it.
"""
