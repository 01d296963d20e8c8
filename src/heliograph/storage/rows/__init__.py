"""Rows by noun: the struct of each table, and the functions that read and write it.

A function takes a `Reader` or a `Tx`, then the app whose rows it reads or writes: no query spans tenants. They return
None for a row that does not exist, and leave rules and errors to `domain`.
"""
