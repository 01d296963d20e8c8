"""Records requests with their responses, with the setting `record_requests`; nothing of it is used without."""
