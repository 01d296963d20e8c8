"""The events of changes, with the payloads that webhooks and streams show.

The journal collects the events of a transaction. Each noun has a module with one function for each of its events, such
as `conversation_created`.
"""
