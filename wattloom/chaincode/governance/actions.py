"""What may be proposed: one record per kind, told apart by `type`."""

from typing import Annotated

from msgspec import Meta, field

from wattloom.chaincode.api import Record
from wattloom.chaincode.api.units import Name
from wattloom.chaincode.governance.records import (
    Admission,
    ConsensusLimits,
    ExistenceRules,
    Height,
    MarketRules,
    NodeId,
    PublicKey,
    RulesVersion,
)
from wattloom.chaincode.registry.records import Certificate

NodeIds = Annotated[list[NodeId], Meta(max_length=100)]


class AddOrganisation(Record, frozen=True, kw_only=True, tag="add_organisation"):
    """Admit an organisation; one that has left comes back with the CA that it had."""

    organisation: Name
    ca_certificate: Certificate


class RemoveOrganisation(Record, frozen=True, kw_only=True, tag="remove_organisation"):
    """Dismiss an organisation with its validators; its clients are refused from then on."""

    organisation: Name


class AddManufacturer(Record, frozen=True, kw_only=True, tag="add_manufacturer"):
    """Trust a manufacturer's root certificate."""

    manufacturer: Name
    root_certificate: Certificate


class AddValidator(Record, frozen=True, kw_only=True, tag="add_validator"):
    """Give an organisation's node a seat; `node_id` is needed where observers are listed."""

    organisation: Name
    node: Name
    public_key: PublicKey
    node_id: NodeId | None = None


class RemoveValidator(Record, frozen=True, kw_only=True, tag="remove_validator"):
    """Take a node's seat away."""

    node: Name


class ReinstateValidator(Record, frozen=True, kw_only=True, tag="reinstate_validator"):
    """Let a suspended validator sign again; without `public_key` with the key that it had."""

    node: Name
    public_key: PublicKey | None = None


class SetObservers(Record, frozen=True, kw_only=True, tag="set_observers"):
    """Say whose nodes may follow; the list is kept while admission is open."""

    admission: Admission
    add: NodeIds = field(default_factory=list)
    remove: NodeIds = field(default_factory=list)


class SetParameters(Record, frozen=True, kw_only=True, tag="set_parameters"):
    """Set the engine's limits, the rules of the market or of certificates of existence; each as a whole."""

    consensus: ConsensusLimits | None = None
    market: MarketRules | None = None
    existence: ExistenceRules | None = None


class Upgrade(Record, frozen=True, kw_only=True, tag="upgrade"):
    """Judge blocks by other rules from a height on."""

    version: RulesVersion
    from_height: Height


class CancelUpgrade(Record, frozen=True, kw_only=True, tag="cancel_upgrade"):
    """Forget the upgrade that is planned."""


Action = (
    AddOrganisation
    | RemoveOrganisation
    | AddManufacturer
    | AddValidator
    | RemoveValidator
    | ReinstateValidator
    | SetObservers
    | SetParameters
    | Upgrade
    | CancelUpgrade
)
