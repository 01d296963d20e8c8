"""Authentication and authorization: credentials, scopes, rate limits.

`Authenticator` turns an `Authorization` header into a caller and checks what the caller may access; `cache` saves
database reads, and `limits` counts requests. `refusals` defines the reasons for which credentials are refused, for the
log and the metrics.
"""
