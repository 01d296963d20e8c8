"""The OpenAPI document, its reference page, and the health checks."""
