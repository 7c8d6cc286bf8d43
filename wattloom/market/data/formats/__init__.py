"""One file per family of file layouts; docs/data-formats.md describes them for people."""
