"""The operations of the API document, by its sections."""
