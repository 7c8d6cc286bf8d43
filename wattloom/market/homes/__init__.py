"""Homes: device models, one home's problem in cvxpy, the fast solver of it, and whole communities."""
