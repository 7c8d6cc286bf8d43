"""Coordination of communities of any size, measured beside one solver that knows every home."""
