"""Rows, by noun. Every function takes the tenant first."""
