"""Artificial neurons and dense layers."""
