import configparser
import shutil
import subprocess

import pytest
import yaml

from wattloom.network.consortium.create import create_network
from wattloom.network.consortium.errors import FolderError
from wattloom.network.consortium.export import compose, export, mermaid, systemd_units
from wattloom.network.consortium.reading import load_spec, parse_spec


def test_a_compose_file_has_one_hardened_service_per_node_on_its_own_folder(made):
    services = yaml.safe_load(compose(made))["services"]
    assert list(services) == [node.name for node in made.nodes()]
    for name, service in services.items():
        assert service["volumes"] == [f"{made.node(name).path}:/node"]
        assert service["command"] == ["wattloom", "network", "node", "/node"]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True


def test_a_unit_runs_the_node_and_may_write_its_folder_alone(made):
    for node, text in zip(made.nodes(), systemd_units(made).values(), strict=True):
        unit = configparser.RawConfigParser(strict=False)
        unit.optionxform = str
        unit.read_string(text)
        service = unit["Service"]
        assert service["ExecStart"].endswith(f"network node {node.path}")
        assert service["ReadWritePaths"] == str(node.path)
        assert service["ProtectSystem"] == "strict"
        assert service["NoNewPrivileges"] == "yes"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd to ask")
def test_systemd_understands_every_unit(made, tmp_path):
    export(made, tmp_path / "out")
    units = sorted((tmp_path / "out" / "systemd").iterdir())
    judged = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in judged.stderr.splitlines() if "wattloom-" in line]
    assert complaints == []


def test_a_path_with_a_space_or_a_percent_sign_stays_one_path(tmp_path):
    network = create_network(load_spec(None), tmp_path / "my 100%")
    unit = next(iter(systemd_units(network).values()))
    assert f'"{tmp_path}/my 100%%/nodes/' in unit
    volumes = yaml.safe_load(compose(network))["services"]["east-1"]["volumes"]
    assert volumes == [f"{tmp_path}/my 100%/nodes/east-1:/node"]


def test_the_picture_shows_each_connection(made, tmp_path):
    assert mermaid(made).count("---") == 6
    sparse = create_network(parse_spec("organisations: [{name: a, validators: 10}]"), tmp_path / "sparse")
    assert mermaid(sparse).count("---") == 10 * 4 // 2


def test_everything_is_written_into_a_new_folder_alone(made, tmp_path):
    written = export(made, tmp_path / "out")
    assert all(path.is_file() for path in written)
    assert len(written) == 2 + 4
    with pytest.raises(FolderError, match="new folder"):
        export(made, tmp_path / "out")
