"""The same story on each engine; `test_completeness` compares what it came to."""

from tests.conformance import scenario
from tests.conformance.town import Town


def test_the_story_is_played_to_its_end(ledger, exercised):
    town = Town(ledger, exercised, label="story")
    try:
        exercised.story = scenario.play(town)
    finally:
        town.close()
    names = [step[0] for step in exercised.story]
    assert {"settled", "client_revoked"} <= set(names)
    assert len(names) > scenario.RANDOM_STEPS
