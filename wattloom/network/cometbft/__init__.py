"""The CometBFT engine: our application under a stock node, and what a node offers to the way in."""
