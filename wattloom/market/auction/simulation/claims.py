"""What the paper shows and reports, in the words and numbers of `claims.yaml`."""

from functools import lru_cache
from importlib.resources import files
from typing import Literal

import msgspec

Who = Literal["consumers", "generators", "everybody"]


class Reported(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cost in the market at a share of generating users, percent of the original one, or words for it."""

    share: float
    who: Who
    percent: float | None
    words: str | None = None


class Claims(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The paper's study: what was simulated, what it reports, what its figures show, why ours differ."""

    citation: str
    setting: str
    reported: list[Reported]
    figures: dict[str, str]
    differs: list[str]


@lru_cache
def claims() -> Claims:
    """Return them."""
    return msgspec.yaml.decode((files(__package__) / "claims.yaml").read_bytes(), type=Claims)
