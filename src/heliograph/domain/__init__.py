"""The verbs and their rules; no HTTP, no SQL."""
