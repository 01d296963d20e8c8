"""Maintenance: deletes what is no longer needed, and continues work that was interrupted.

`purge` deletes the rows of deleted apps, `retention` deletes events, settled deliveries, recorded requests and
idempotency keys past their retention time, `history` deletes old changes of membership, `inactivity` deletes the
messages of inactive conversations, `files` deletes unused files, and `sessions` deletes sessions of the console that
have ended. `erasures` finishes interrupted erasures, and `search_terms` adds missing search terms.

`running` runs them in the background; of the processes that share a database, the one that holds the `lease` does the
work. All work is done in small transactions, so that requests do not wait for it, and an interrupted run resumes where
it stopped.
"""
