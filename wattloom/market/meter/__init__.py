"""The reference meter: it holds its keys, has its trees vouched for, and signs readings and receipts."""
