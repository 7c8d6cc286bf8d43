"""One module a step, applied in the order of their revisions; a step that was released never changes."""
