"""One handler for each operation that is offered: parse, one verb, answer."""
