"""Stores records of another server with their ids: the rules, and the transaction that applies them.

An import is not an action in the app, so it writes no events. It locks the conversations and the users of its records
like every other verb, so concurrent calls see the state before it or after it.
"""
