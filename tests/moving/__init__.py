"""Moving an app: import from another server, export to a directory, and import from it."""
