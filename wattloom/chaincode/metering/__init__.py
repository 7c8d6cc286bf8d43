"""Meter readings, and what each home's deviation from its firm trades costs or earns at the utility."""
