"""The checks of the rules of docs/behaviour.md, one module for each topic or two."""
