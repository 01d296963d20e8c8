"""Programs for maintainers: generators of the client and of heliograph.compat, and the check of a release."""
