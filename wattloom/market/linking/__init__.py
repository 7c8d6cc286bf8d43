"""How well receipts keep their secret: an observer tries to find out whose they are, and is scored."""
