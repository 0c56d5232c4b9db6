"""Small models on small machines."""
