"""PostgreSQL: a store on a connection pool, which several processes can use at the same time.

`transactions` runs and retries transactions, `batches` groups calls into one transaction, and `tx` renders statements
for sets of rows.
"""
