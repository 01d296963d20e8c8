"""`heliograph report`: what happened in an app of a sandbox, as one file."""
