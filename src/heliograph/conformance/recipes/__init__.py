"""How to call each operation successfully: what has to exist before, and the request."""
