import pytest

from tests.chaincode.metering.world import AGENT, CORRECT_S, DELIVERY_S, UTILITY, of
from tests.chaincode.transactive.community import AUDITOR, BANK, COORDINATOR
from wattloom.chaincode.api import Forbidden, InvalidArgument, NotFound
from wattloom.chaincode.metering.errors import (
    AgentHasReported,
    AlreadyMeasured,
    CommitmentMismatch,
    MisshapenReading,
    NotYetDelivered,
    ReadingTooLarge,
    WindowClosed,
)
from wattloom.chaincode.metering.records import Quality, Reading
from wattloom.chaincode.testing import caller

SALT = "0123456789abcdef" * 2


@pytest.fixture
def delivered(world):
    world.deliver(world.open_period(slots=2))
    return world


def refused(world, error, call, *arguments, **named):
    before = world.state()
    with pytest.raises(error) as refusal:
        call(*arguments, **named)
    assert world.state() == before
    return refusal.value


def test_a_home_reports_its_own_meter(delivered):
    home = delivered.homes[0]
    delivered.report(home, [900, -300])
    reading = delivered.reading(home)
    assert (reading.net_wh.values, reading.version, reading.by_agent) == ((900, -300), 1, False)


def test_a_metering_agent_reports_for_the_homes_of_its_organisation_alone(delivered):
    home = delivered.homes[0]
    delivered.report(home, [1, 2], by=AGENT)
    assert delivered.reading(home).by_agent
    for who in (caller("south.meters", "meter-agent"), delivered.homes[1], UTILITY, COORDINATOR):
        refused(delivered, Forbidden, delivered.report, home, [1, 2], by=who)


def test_the_agents_word_stands_above_the_homes(delivered):
    home = delivered.homes[0]
    delivered.report(home, [1, 2])
    delivered.report(home, [3, 4], by=AGENT)
    refused(delivered, AgentHasReported, delivered.report, home, [1, 2])
    refused(delivered, AgentHasReported, delivered.commit_to, home, [1, 2], SALT)
    delivered.report(home, [5, 6], by=AGENT)
    reading = delivered.reading(home)
    assert (reading.net_wh.values, reading.version) == ((5, 6), 3)


def test_an_estimate_gives_way_to_a_measurement_and_not_the_other_way_round(delivered):
    home = delivered.homes[0]
    delivered.report(home, [1, 2], by=AGENT, quality=Quality.ESTIMATED)
    delivered.report(home, [3, 4], by=AGENT, quality=Quality.ESTIMATED)
    delivered.report(home, [5, 6], by=AGENT)
    refused(delivered, AlreadyMeasured, delivered.report, home, [1, 2], by=AGENT, quality=Quality.ESTIMATED)


def test_readings_are_taken_from_the_end_of_the_period_until_the_window_closes(world):
    home, period = world.homes[0], world.open_period()
    world.advance_to(period.end_s - 1)
    refused(world, NotYetDelivered, world.report, home, [1])
    world.advance_to(period.end_s)
    world.report(home, [1])
    world.advance_to(period.end_s + CORRECT_S)
    world.report(home, [2])
    world.advance_to(period.end_s + CORRECT_S + 1)
    error = refused(world, WindowClosed, world.report, home, [3])
    assert error.details == {"closed_s": period.end_s + CORRECT_S}
    refused(world, WindowClosed, world.commit_to, home, [3], SALT)


def test_a_reading_has_a_number_per_slot_within_what_a_connection_carries(delivered):
    home = delivered.homes[0]
    assert refused(delivered, MisshapenReading, delivered.report, home, [1]).details == {
        "length": 1,
        "needed": 2,
    }
    error = refused(delivered, ReadingTooLarge, delivered.report, home, [0, -1_000_001])
    assert error.details == {"slot": 1, "limit_wh": 1_000_000}
    refused(delivered, InvalidArgument, delivered.report, home, [1, 2], salt="not hex")


def test_only_registered_homes_and_open_periods_are_metered(delivered):
    stranger = caller("north.nobody", "home")
    assert "home/north/nobody" in str(refused(delivered, NotFound, delivered.report, stranger, [1, 2]))
    home = delivered.homes[0]
    refused(delivered, NotFound, delivered.report, home, [1, 2], slot_start_s=DELIVERY_S + 7_200)


def test_a_hash_keeps_values_off_the_ledger_and_holds_its_reporter_to_them(delivered):
    home = delivered.homes[0]
    delivered.commit_to(home, [900, -300], SALT)
    assert not any(key.startswith(("reading/", "bill/")) for key in delivered.state()["metering"])
    refused(delivered, CommitmentMismatch, delivered.report, home, [900, -301], salt=SALT)
    refused(delivered, CommitmentMismatch, delivered.report, home, [900, -300])
    delivered.report(home, [900, -300], salt=SALT)
    delivered.report(home, [900, -299])  # a correction, as of any other reading


def test_a_hash_can_be_corrected_and_says_so(delivered):
    home = delivered.homes[0]
    assert delivered.commit_to(home, [1, 2], SALT).version == 1
    assert delivered.commit_to(home, [3, 4], SALT).version == 2
    delivered.report(home, [3, 4], salt=SALT)


def test_a_homes_hash_does_not_bind_the_agent_but_the_agents_own_does(delivered):
    one, other = delivered.homes
    delivered.commit_to(one, [1, 2], SALT)
    delivered.report(one, [7, 8], by=AGENT)
    delivered.commit_to(other, [1, 2], SALT, by=AGENT)
    refused(delivered, AgentHasReported, delivered.report, other, [5, 6])
    refused(delivered, CommitmentMismatch, delivered.report, other, [7, 8], by=AGENT)
    delivered.report(other, [1, 2], by=AGENT, salt=SALT)


def test_a_reading_is_for_its_home_its_utility_its_agent_and_an_auditor(delivered):
    home = delivered.homes[0]
    delivered.report(home, [123_456, 2])
    for who in (home, UTILITY, AGENT, AUDITOR):
        assert delivered.reading(home, by=who).net_wh.values == (123_456, 2)
    for who in (
        delivered.homes[1],
        COORDINATOR,
        BANK,
        caller("south.utility", "utility"),
        caller("south.meters", "meter-agent"),
    ):
        with pytest.raises(Forbidden):
            delivered.evaluate(who, "metering:read_reading", of(home), Reading)
    assert all(b"123456" not in event.payload for event in delivered.events)
