"""Second-order coordination between machines: homes call in, and answer questions in masked sums."""
