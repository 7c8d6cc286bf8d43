"""Certificates of existence: trees of one-time keys that drawn meters vouch for, and keys that are spent."""
