"""Reports: a market day as a table in the terminal, a page with plots, and JSON."""

from wattloom.market.report.figures import day_figures
from wattloom.market.report.page import write_page
from wattloom.market.report.summary import as_json, as_table

__all__ = ["as_json", "as_table", "day_figures", "write_page"]
