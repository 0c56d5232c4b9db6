"""The other networks of the deep learning zoo."""
