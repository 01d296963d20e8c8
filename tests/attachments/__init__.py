"""Attachments in an object store, and proofs about uploads."""
