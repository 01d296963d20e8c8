"""Webhook delivery: reads pending deliveries from the database and sends them to their endpoints.

`running` starts it as a background service. The `Dispatcher` finds webhooks with due deliveries and runs a
`WebhookWorker` for each; the worker makes the calls through `WebhookSender`, asks `Policy` when to retry, and records
each attempt. Where several processes share a database, `leases` decides which of them delivers which buckets.

`media` uses the same connections to read files of other servers that messages show.

The deliveries themselves are written by `storage.rows.outbox`, in the same commit as their events.
"""
