"""SQLite: the store on a file, its single writer, the safety of its files, and backups."""
