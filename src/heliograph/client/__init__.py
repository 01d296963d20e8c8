"""The Python client of the API: a core without I/O, and two thin loops around it, one for asyncio and one without."""
