"""Rows by noun: the struct of each table, and the functions that read and write it.

A function takes a `Reader` or a `Tx`, then the app whose rows it reads or writes. Only functions that find the app of a
key, a token or a URL, and those of delivery, streams and maintenance span apps; `tests/shape/test_storage.py` lists
them. Functions return None for a row that does not exist, and leave rules and errors to `domain`.
"""
