"""Reads and writes the database: the only package with SQL, or that names a database engine.

A `Store` (`store`) decides when a function reads or writes; `opening` opens one from a URL. Its two implementations are
`sqlite` and `postgres`. The functions that read and write are in `rows`, a module for each noun: their SQL is the same
on both engines, because they go through the interface in `engine`. `migrations` has the schema, `copying` moves a
database to another engine.
"""
