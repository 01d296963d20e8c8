"""PostgreSQL: a store on a connection pool, which several processes can use at the same time.

`pool` has the connections. `transactions` runs and retries transactions, `batches` groups calls into one transaction,
`tx` renders statements for sets of rows, `writes` combines writes of single rows, and `reads` lets lookups share
statements. `marks`, `horizon` and `nodes` determine how far the event stream may go. `placement` knows the shards of a
distributed database, which `distributing` makes. `migrating` and `partitions` change the schema by `ddl`, while servers
use it; `inspecting` and `compacting` are for commands.
"""
