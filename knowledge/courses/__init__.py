"""What courses are made of, the built-in one and those of teachers."""
