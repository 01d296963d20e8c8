"""Maintenance: deletes rows that are no longer needed.

`purge` deletes the rows of deleted apps, and `retention` deletes events and settled deliveries past their retention
time. `running` starts both as a background service of every process that serves or delivers. All work is done in small
transactions, so requests do not wait for it, and an interrupted run resumes where it stopped.
"""
