"""The only place with SQL, or with the name of an engine."""
