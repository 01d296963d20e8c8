"""Events: what is recorded of each change, and how webhooks and streams show it."""
