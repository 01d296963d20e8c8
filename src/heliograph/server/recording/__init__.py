"""Records requests with their responses. Used only with the setting `record_requests`."""
