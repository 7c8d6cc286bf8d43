"""What the papers show and report: the numbers of their configurations, and the words of `claims.yaml`."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import msgspec

from wattloom.market.papers.config import Configuration, load_model


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paper's experiment in words.

    Attributes
    ----------
    setting : what was simulated
    threshold : of the primal residual, kWh, that its iterations are counted to; None: the paper states none
    figures : by key, what each shows
    differs : why our numbers are others
    """

    setting: str
    threshold: str | None = None
    figures: dict[str, str]
    differs: list[str]


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: how it is configured, and what it says."""

    configuration: Configuration
    words: Words

    @property
    def iterations(self) -> int | None:
        """How many iterations it reports."""
        return self.configuration.as_printed.reported.iterations

    @property
    def saving_percent(self) -> float | None:
        """What it reports that trading saves all users."""
        share = self.configuration.as_printed.reported.cost_reduction
        return None if share is None else 100 * share

    @property
    def user_savings_percent(self) -> list[float]:
        """What it reports that trading saves each user."""
        return [100 * share for share in self.configuration.as_printed.reported.home_cost_reductions]


def paper(model: str) -> Paper:
    """Return one paper; raise `ConfigurationError` for a name that is none of `MODELS`."""
    return Paper(load_model(model), _words()[model])


@lru_cache
def _words() -> dict[str, Words]:
    return msgspec.yaml.decode((files(__package__) / "claims.yaml").read_bytes(), type=dict[str, Words])
