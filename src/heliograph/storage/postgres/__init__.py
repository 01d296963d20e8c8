"""PostgreSQL: the store on a connection pool, its transactions and batches."""
