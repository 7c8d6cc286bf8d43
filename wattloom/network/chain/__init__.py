"""Blocks, commits, validators and proofs in the exact form of CometBFT v0.39, for both engines."""
