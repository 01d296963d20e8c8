"""Deletes what is no longer needed: rows of deleted apps, and events and deliveries past their retention time."""
