"""One reader for each format that is no PDF."""
