"""The third course: awkward files that say what texts/ says."""
