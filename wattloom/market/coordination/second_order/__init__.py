"""Coordination by second-order rounds: homes and coordinator run one interior-point method on sums alone."""
