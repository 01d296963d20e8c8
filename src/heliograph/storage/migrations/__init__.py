"""The schema of the database, and the steps that lead to it.

Keys begin with the bucket, followed by the app: see docs/design/tables.md. No key column is ever updated, and there
are no triggers, stored procedures or foreign keys across buckets, so that the tables can be distributed over machines.
"""
