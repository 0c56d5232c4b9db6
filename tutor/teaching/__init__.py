"""Practice, grading, hints, other words and examples."""
