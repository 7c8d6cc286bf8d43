"""The contract `registry`: which functions there are, and who may call them."""

from wattloom.chaincode.api import Contract
from wattloom.chaincode.registry import clients, devices, homes, installations, organisations, successions

registry = Contract("registry", summary="Organisations, clients, homes, manufacturers and meters.")

registry.transaction(roles=["consortium-admin"])(organisations.add_organisation)
registry.transaction(roles=["consortium-admin"])(organisations.add_manufacturer)
registry.transaction(roles=["registrar"])(clients.replace_client)
registry.transaction(roles=["registrar"])(clients.revoke_client)
registry.transaction(roles=["registrar"])(homes.register_home)
registry.transaction(roles=["registrar"])(devices.register_meter)
registry.transaction(roles=["registrar"])(devices.enrol_meters)
registry.transaction(roles=["registrar"])(devices.certify_meter)
registry.transaction(roles=["registrar"])(installations.install_meter)
registry.transaction(roles=["registrar"])(installations.move_out)
registry.transaction(roles=["consortium-admin"])(successions.rotate_authority)
registry.query()(clients.read_standing)
registry.query()(homes.read_home)
registry.query(roles=["registrar", "auditor"])(homes.list_homes)
registry.query(roles=["registrar", "auditor"])(devices.read_meter)
registry.query()(devices.find_announced)
registry.query()(installations.read_home_meter)
