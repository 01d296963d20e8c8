"""The types of the API: operations, request bodies, responses and events.

`table` lists the operations. Each row has the types of its path, body and response, which are in the module of their
noun, such as `messages`. A noun usually has a strict `Body` for requests and a `Response`. `validation` turns the bytes
of a body into its type, or into the titles of a 400 response. The server, the client and the tests share this package,
and it imports nothing of them.
"""
