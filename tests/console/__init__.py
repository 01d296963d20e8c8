"""The console, in a real browser that can reach nothing but the server."""
