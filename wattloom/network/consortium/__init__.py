"""A whole network on disk: from one YAML file to nodes that run, are watched, backed up and exported."""
