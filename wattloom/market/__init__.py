"""What people use: home energy models, market data, coordination of a community's trades."""
