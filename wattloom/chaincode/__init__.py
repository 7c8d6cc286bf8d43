"""The rules: contracts over a stub, with no clock, file, socket, float or random number."""
