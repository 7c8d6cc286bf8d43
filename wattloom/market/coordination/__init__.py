"""Coordination in process: what homes agree on, in which iterations, and who gains by it."""
