"""Protobuf forms and the Python code generated from them (`make generate`)."""
