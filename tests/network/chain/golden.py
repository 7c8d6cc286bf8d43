"""What CometBFT v0.39.4 computed; see tools/golden/README.md."""

import json
from pathlib import Path
from typing import Any

from wattloom.network.chain.validator_key import ValidatorKey
from wattloom.network.chain.validators import Validator, ValidatorSet


def vectors(name: str) -> Any:
    return json.loads((Path(__file__).parent / "vectors" / f"{name}.json").read_text(encoding="utf-8"))


def golden_validators(powers: list[int]) -> ValidatorSet:
    """The set that the generator calls `validatorSet(powers...)`."""
    seeds = vectors("seeds")
    keys = [ValidatorKey.of_seed(bytes.fromhex(seed)) for seed, _ in zip(seeds, powers, strict=False)]
    return ValidatorSet.of(Validator(key.public_key, power) for key, power in zip(keys, powers, strict=True))
