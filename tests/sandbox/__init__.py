"""Tests of the sandbox tools."""
