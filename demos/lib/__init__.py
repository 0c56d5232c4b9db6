"""What demos share."""
