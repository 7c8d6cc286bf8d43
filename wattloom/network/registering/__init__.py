"""Where the identity service meets the ledger: what it announces, and what a monitor reads back."""
