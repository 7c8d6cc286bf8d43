import json

import pytest
from rich.console import Console

from tests.market.day.samples import day_result, home_day
from wattloom.market.day.checks import check_day
from wattloom.market.day.result import PlanningDay
from wattloom.market.report import as_json, as_table
from wattloom.market.report.summary import saved_percent

NAMED_BY_THE_SPECIFICATION = {
    "homes",
    "iterations",
    "cost_alone",
    "cost_with_trading",
    "central_optimum",
    "bills",
    "blocks",
    "transactions",
    "seconds",
}


def rows(day):
    console = Console(width=120)
    with console.capture() as capture:
        console.print(as_table(day))
    lines = capture.get().splitlines()
    return [[cell.strip() for cell in line.strip("│┃").split("│")] for line in lines if "│" in line]


def test_the_table_tells_each_homes_cost_alone_with_trading_and_saving():
    assert rows(day_result()) == [
        ["ann", "5.00", "4.50", "0.50", "10.0"],
        ["bob", "3.00", "2.70", "0.30", "10.0"],
        ["all", "8.00", "7.20", "0.80", "10.0"],
    ]


def test_a_name_with_brackets_is_shown_as_it_is():
    (first, *_) = rows(day_result(homes=(home_day("[/bold] [red]x"),)))
    assert first[0] == "[/bold] [red]x"


@pytest.mark.parametrize(
    ("alone", "trading", "percent"),
    [(5.0, 4.0, "20.0"), (-2.0, -3.0, "50.0"), (2.0, 3.0, "-50.0"), (0.0, -1.0, "-")],
)
def test_what_is_saved_is_a_part_of_the_cost_alone_whatever_its_sign(alone, trading, percent):
    assert saved_percent(alone, trading) == percent


def test_the_json_has_every_key_that_is_promised_and_survives_a_round_trip():
    day = day_result()
    told = json.loads(json.dumps(as_json(day)))
    assert told.keys() >= NAMED_BY_THE_SPECIFICATION
    assert (told["homes"], told["iterations"], told["blocks"], told["transactions"]) == (2, 2, 12, 34)
    assert (told["cost_alone"], told["central_optimum"], told["seconds"]) == (8.0, 7.2, 1.5)
    assert told["cost_with_trading"] == pytest.approx(7.2)


def test_a_plan_made_off_the_ledger_is_told_with_what_it_took():
    planning = PlanningDay(
        homes=10, rounds=17, exchanges=33, drop_outs=1, bytes_received=5, bytes_sent=6, seconds=0.5
    )
    assert as_json(day_result())["planning"] is None
    assert as_json(day_result(planning=planning))["planning"]["rounds"] == 17


def test_bills_are_told_in_dollars_and_exactly():
    told = as_json(day_result(homes=(home_day(bill_nano=2**53 + 1), home_day("bob", bill_nano=-(2**53) - 1))))
    assert told["bills"]["ann"] == pytest.approx((2**53 + 1) / 1e9)
    assert sum(map(int, told["bills_nano"].values())) == 0
    assert int(told["bills_nano"]["ann"]) == 2**53 + 1


def test_the_json_tells_which_checks_hold():
    day = day_result(cost_before_rounding=9.0)
    told = as_json(day_result(cost_before_rounding=9.0, checks=check_day(day)))["checks"]
    assert told["optimal before rounding"] is False
    assert told["bills balance"] is True


def test_the_json_tells_who_gains_under_every_way_of_settling():
    ways = {way["way"]: way for way in json.loads(json.dumps(as_json(day_result())))["ways_of_settling"]}
    assert list(ways) == ["clearing", "fixed", "bargaining"]
    assert ways["fixed"]["losers"] == 1
    assert ways["clearing"]["homes"][0]["saving"] == pytest.approx(0.5)
