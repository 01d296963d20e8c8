"""The recorder of requests."""
