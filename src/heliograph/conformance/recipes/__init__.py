"""How to call each operation successfully: the objects that must exist before, and the request."""
