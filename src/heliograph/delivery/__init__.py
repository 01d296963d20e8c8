"""From an event to the endpoints that listen: claiming, calling, trying again."""
