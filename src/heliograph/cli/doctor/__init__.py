"""`heliograph doctor`: checks of a machine, a database and a server, one file for each group of checks."""
