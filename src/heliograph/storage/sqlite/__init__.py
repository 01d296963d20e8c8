"""SQLite: a store on a file, which one process serves.

`writer` runs all writes through a single connection, and `tx` renders statements. The other modules keep the files
safe: they find them, lock them, check them before use and while they are in use, and back them up.
"""
