"""Records requests with their responses. Used only with the setting `record_requests`.

`exchange` keeps the body of a request, `recorder` writes requests in the background, `rows` makes their rows, and
`masking` removes secrets.
"""
