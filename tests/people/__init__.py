"""Export and erasure of the data about a person."""
