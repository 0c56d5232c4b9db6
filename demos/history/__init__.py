"""Search and knowledge: the systems of AI's first decades."""
