"""Many homes at once: homes of one structure share one sparsity pattern and go through it in step.

`KktBatch([standardise(program, trade), ...])` takes homes of one structure (group them by
`Standard.structure`) for methods that need KKT systems: per round one `factor(weights)`, some `solve(rhs)`,
`sensitivity()`. The first call of each compiles, a second or two in all; later runs read the cache that
numba keeps beside the sources.
"""
