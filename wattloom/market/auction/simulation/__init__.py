"""The study of the CE-SDT paper: a community trades on the contract, and what that costs whom."""
