"""The same community and day under grid only, auction and ADMM: costs, self-sufficiency, peak."""
