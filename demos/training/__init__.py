"""The seeded scripts that made the weights in demos/weights: `python -m demos.training NAME`."""
