"""Models that make images."""
