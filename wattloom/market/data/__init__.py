"""Where communities come from: CSV files of homes and weather, or published statistics."""
