"""The steps of the schema, one file for each. A released step never changes."""
