"""Maintenance of the database: purging deleted apps and pruning what has expired."""
