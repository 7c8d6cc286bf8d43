"""ABCI 2.0 in Python: serve any application to a stock CometBFT node."""
