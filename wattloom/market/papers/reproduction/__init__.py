"""The papers' figures and tables on our own runs: measured, drawn, and set beside what was printed."""
