"""The application, the two engines that order its transactions, and the way in."""
