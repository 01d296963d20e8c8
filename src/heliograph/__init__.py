"""Heliograph: the open, self-hosted server of the Sunshine Conversations API v2."""

__version__ = "0.1.0"
