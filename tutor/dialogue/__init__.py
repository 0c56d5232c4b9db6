"""One turn: what is said, what is meant, and the events that answer it."""
