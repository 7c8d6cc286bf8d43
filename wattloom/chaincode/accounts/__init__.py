"""Money: accounts of parties, minting and burning by the settlement agent, transfers, and locked amounts."""
