"""Embeddings, attention, transformers and language models."""
