"""Programs that make calls with an official client: a JSON line in, a JSON line out."""
