"""The page of the identity service against the code: metrics, codes, settings and limits are real ones."""

import re

import msgspec

from tests.docs.pages import ROOT, Page
from wattloom.identity.service.challenges import VALID_FOR_S
from wattloom.identity.service.crls import REFRESHED_AFTER_S
from wattloom.identity.service.crls import VALID_FOR_S as CRL_VALID_FOR_S
from wattloom.identity.service.desk import MAX_WAITING
from wattloom.identity.service.errors import ServiceRefusal
from wattloom.identity.service.limits import MAX_REQUEST_BYTES, Limits
from wattloom.identity.service.metrics import Metrics
from wattloom.identity.service.settings import LedgerSettings, Settings
from wattloom.network.registering.commands import GRACE_S

TEXT = Page(ROOT / "docs" / "operations" / "identity.md").text


def section(heading):
    return TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def test_every_metric_is_explained_and_no_other():
    families = Metrics(waiting=lambda: 0, unpublished=lambda: 0).registry.collect()
    real = {f"{each.name}_total" if each.type == "counter" else each.name for each in families}
    explained = set(re.findall(r"^\| `(\w+)` \|", section("Watch"), re.MULTILINE))
    assert explained == {name for name in real if name.startswith("wattloom_")}


def test_every_refusal_has_advice():
    advised = set(re.findall(r"`([A-Z_]+)`", section("What to do when")))
    assert {each.code for each in ServiceRefusal.__subclasses__()} <= advised


def test_every_setting_is_explained_with_its_usual_value():
    usual = msgspec.structs.asdict(Settings())
    rows = re.findall(r"^\| (`.*?`) \| (.*?) \|", section("Settings"), re.MULTILINE)
    explained = {
        name: value
        for names, values in rows
        for name, value in zip(re.findall(r"\w+", names), values.replace("`", "").split(", "), strict=True)
    }
    numbers = {"calls_per_second": "20"}
    assert explained == {
        name: numbers.get(name, "none" if value is None else str(value)) for name, value in usual.items()
    }
    for field in msgspec.structs.fields(LedgerSettings):
        assert f"`{field.name}`" in section("Settings")


def test_stated_limits_are_the_real_ones():
    assert f"{MAX_WAITING} orders wait at most, {Limits().calls:,} calls are served" in TEXT
    assert f"a request has at most {MAX_REQUEST_BYTES // 1024} KiB" in TEXT
    assert f"good for one call within {VALID_FOR_S} seconds" in TEXT
    assert f"an entry may wait for its announcement ({GRACE_S} s)" in TEXT
    assert (CRL_VALID_FOR_S, REFRESHED_AFTER_S) == (24 * 3_600, 3_600)  # "24 hours", "after an\nhour"
