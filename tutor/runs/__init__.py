"""What is kept of a demo run, and questions about it."""
