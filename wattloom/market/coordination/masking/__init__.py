"""Masked sums: homes add up numbers so that their collector learns the sum and no home's own numbers."""
