"""The operations of the API document, a module for each group of sections."""
