"""Certificates of existence: a genuine meter signs, and nobody learns which."""
