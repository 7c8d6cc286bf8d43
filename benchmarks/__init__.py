"""Measurements that `make bench` prints, and writes to `build/*.json`."""
