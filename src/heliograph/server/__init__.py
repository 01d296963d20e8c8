"""HTTP in and out: routing, credentials, decoding, encoding, and one renderer of errors."""
