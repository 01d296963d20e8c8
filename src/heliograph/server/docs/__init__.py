"""Pages outside the API: the OpenAPI document with its examples, the reference page, health checks and metrics."""
