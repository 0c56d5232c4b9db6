"""Recurrent layers: networks with a memory."""
