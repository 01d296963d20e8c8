"""The verbs of the API and their rules, without HTTP and without SQL.

A route calls a verb, such as `apps.create`. Verbs that are called often run in a batch, which shares one
transaction (`batch`): each of them declares the facts that it needs (`facts`), applies its rules (`membership`,
`posting`) and records its changes (`changes`). The other verbs are functions of one transaction, in the module of their
noun. Every change records its event in the same transaction (`events`).
"""
