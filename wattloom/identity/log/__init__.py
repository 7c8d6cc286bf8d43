"""The log of issued certificates: append only, signed, and provable. Source: RFC 9162, 2."""
