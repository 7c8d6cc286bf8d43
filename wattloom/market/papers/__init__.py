"""The three papers: their configurations, and communities to measure on, generated or measured."""
