"""Convolutional layers and the tasks of vision."""
