"""Moving an app from another server, out into a directory, and in again."""
