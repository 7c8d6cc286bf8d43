"""Many homes at once: what homes of one structure share is found once, and compiled code does the rest.

`Batch(solvers).solve_exchange(prices, anchors, rho)` answers for homes of any devices, in their order, from
the last answer on; `HomeSolver` is the same for one home, from nowhere. `KktBatch([standardise(program,
trade), ...])` takes homes of one structure (group them by `Standard.structure`) for methods that need KKT
systems: per round one `factor(weights)`, some `solve(rhs)`, and `sensitivity()`.

From the top: `presolve` and `standard` bring a programme into one form, `elimination` and `pattern` find its
structure, `linear` factors and solves, `interior` comes near an optimum, `active_set` proves it, `optimise`
says which when, `exchange`, `together` and `kkt` are the faces; `lanes` and `compiled` serve them. What
compiles does so when the first home is set up, once per version and user: about ten seconds.
"""
