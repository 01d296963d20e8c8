"""Log lines on standard error, and metrics for Prometheus.

Neither contains secrets, names, or anything from a body or a path of a request.
"""
