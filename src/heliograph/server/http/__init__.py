"""HTTP below the API: connections, the protocol, proxies, and the request with its body."""
