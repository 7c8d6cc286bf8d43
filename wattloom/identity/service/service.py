"""The methods of `wattloom.identity.v1.Identity`; the border wraps each of them."""

import asyncio
import time
from collections.abc import Mapping

from wattloom.identity.log.heads import TreeHead
from wattloom.identity.service import lookups
from wattloom.identity.service.applying import judge_enrolment, judge_renewal, require_id
from wattloom.identity.service.challenges import Challenges
from wattloom.identity.service.crls import CrlKeeper
from wattloom.identity.service.desk import Desk
from wattloom.identity.service.existence import ExistenceCalls
from wattloom.identity.service.limits import Limits, RateLimiter
from wattloom.identity.service.metrics import Metrics
from wattloom.identity.service.orders import IssuedCertificate
from wattloom.identity.service.outbox import Outbox
from wattloom.identity.service.publishing import Publisher
from wattloom.identity.service.register import Register
from wattloom.identity.service.revoking import judge_listing, judge_revocation, require_accepted, revoke
from wattloom.identity.wire import identity_pb2 as wire


class IdentityService(ExistenceCalls):
    """Answers for one register; everything runs on one event loop, what waits for the database in threads.

    Parameters
    ----------
    manufacturers : name to DER root certificate of those whose meters are taken
    publisher : asks the ledger whether a registrar's certificate still holds; without one, its dates decide
    """

    def __init__(
        self,
        register: Register,
        manufacturers: Mapping[str, bytes],
        outbox: Outbox,
        crls: CrlKeeper,
        limits: Limits,
        publisher: Publisher | None,
    ) -> None:
        self._register, self.manufacturers = register, manufacturers
        self._outbox, self._crls, self._publisher = outbox, crls, publisher
        self._challenges = Challenges(register.secret())
        self._limiter = RateLimiter(limits)
        self._desk = Desk(register.write, self._written)
        self.metrics = Metrics(waiting=lambda: len(self._desk), unpublished=outbox.waiting)

    async def Challenge(self, _request: wire.ChallengeRequest) -> wire.ChallengeResponse:  # noqa: N802 - the method's name
        """Give a nonce."""
        self._limiter.take()
        nonce, expires_at_s = self._challenges.make(now_s=_now_s())
        return wire.ChallengeResponse(nonce=nonce, expires_at_s=expires_at_s)

    async def Enrol(self, request: wire.EnrolRequest) -> wire.EnrolResponse:  # noqa: N802
        """Give a genuine meter its certificate."""
        self._limiter.take()
        order = judge_enrolment(request, self._challenges, self.manufacturers, now_s=_now_s())
        with self.metrics.issuing("enrol"):
            issued = await self._desk.issue(order)
        return wire.EnrolResponse(issued=_issued(issued))

    async def Renew(self, request: wire.RenewRequest) -> wire.RenewResponse:  # noqa: N802
        """Give an enrolled meter its next certificate."""
        self._limiter.take()
        require_id("certificate_id", request.certificate_id)
        present = await asyncio.to_thread(
            lookups.certificate, self._register.database, request.certificate_id
        )
        order = judge_renewal(request, present, self._challenges, now_s=_now_s())
        with self.metrics.issuing("renew"):
            issued = await self._desk.issue(order)
        return wire.RenewResponse(issued=_issued(issued))

    async def Revoke(self, request: wire.RevokeRequest) -> wire.RevokeResponse:  # noqa: N802
        """Take a certificate back."""
        self._limiter.take()
        roots, now_s = self._register.issuers.roots, _now_s()
        permit = judge_revocation(request, self._challenges, roots, now_s=now_s)
        await require_accepted(permit, self._publisher)
        await asyncio.to_thread(revoke, self._register.database, permit, now_s=now_s)
        self._outbox.wake()
        self.metrics.revoked.inc()
        return wire.RevokeResponse(revoked_at_s=now_s)

    async def List(self, request: wire.ListRequest) -> wire.ListResponse:  # noqa: N802
        """List what was issued."""
        self._limiter.take()
        roots, now_s = self._register.issuers.roots, _now_s()
        permit = judge_listing(request, self._challenges, roots, now_s=now_s)
        await require_accepted(permit, self._publisher)
        return await asyncio.to_thread(lookups.listing, self._register.database, permit, now_s=now_s)

    async def GetCRL(self, request: wire.GetCRLRequest) -> wire.GetCRLResponse:  # noqa: N802
        """Return the newest list of revoked certificates."""
        wanted = request.issuer_id or self._register.issuers.current_id
        require_id("issuer_id", wanted)
        der, next_update_s = await asyncio.to_thread(self._crls.newest, wanted, now_s=_now_s())
        return wire.GetCRLResponse(crl=der, next_update_s=next_update_s)

    async def GetLogRoot(self, _request: wire.GetLogRootRequest) -> wire.GetLogRootResponse:  # noqa: N802
        """Return the log's newest head."""
        head = await asyncio.to_thread(self._register.head, now_s=_now_s())
        key = self._register.log_key.public_key.spki
        return wire.GetLogRootResponse(tree_head=_head(head), log_key=key)

    async def GetEntries(self, request: wire.GetEntriesRequest) -> wire.GetEntriesResponse:  # noqa: N802
        """Return entries of the log."""
        limit = lookups.page_size(request.limit)
        found = await asyncio.to_thread(lookups.entries, self._register.database, request.first_index, limit)
        return wire.GetEntriesResponse(entries=found)

    async def ProveInclusion(self, request: wire.ProveInclusionRequest) -> wire.ProveInclusionResponse:  # noqa: N802
        """Prove that a certificate stands in the log."""
        require_id("certificate_id", request.certificate_id)
        return await asyncio.to_thread(lookups.inclusion, self._register, request)

    async def ProveConsistency(self, request: wire.ProveConsistencyRequest) -> wire.ProveConsistencyResponse:  # noqa: N802
        """Prove that the log has only grown."""
        return await asyncio.to_thread(lookups.consistency, self._register, request)

    async def settle(self) -> None:
        """Return once nothing is being issued any more."""
        await self._desk.settle()

    def _written(self, orders: int) -> None:
        self.metrics.batch.observe(orders)
        self._outbox.wake()


def _issued(issued: IssuedCertificate) -> wire.Issued:
    return wire.Issued(
        chain=issued.chain,
        leaf_index=issued.leaf_index,
        tree_head=_head(issued.head),
        audit_path=issued.audit_path,
    )


def _head(head: TreeHead) -> wire.TreeHead:
    return wire.TreeHead(
        tree_size=head.tree_size,
        root_hash=head.root_hash,
        timestamp_s=head.timestamp_s,
        signature=head.signature,
    )


def _now_s() -> int:
    return int(time.time())
