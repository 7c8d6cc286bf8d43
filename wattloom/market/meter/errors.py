"""Errors of the reference meter.

MeterError
|-- MeterUnusable     its folder is missing, in use, or of another meter or ledger
|-- NoKeyLeft         no one-time key of this epoch is left, or none was ever vouched for
|-- AlreadyReceipted  the same subject has a receipt over another amount
+-- NotVouched        a witness does not sign what it is asked to
"""


class MeterError(Exception):
    """Base of every error that the meter raises."""


class MeterUnusable(MeterError):
    """The meter's folder cannot be used."""


class NoKeyLeft(MeterError):
    """No one-time key of the epoch can sign."""

    def __init__(self, *, epoch: int, discarded: int) -> None:
        why = f"; {discarded} trees were discarded after a restored backup" if discarded else ""
        super().__init__(f"epoch {epoch}: no one-time key is left{why}: ask for more trees in the next epoch")
        self.epoch, self.discarded = epoch, discarded


class AlreadyReceipted(MeterError):
    """A subject has a receipt over another amount, and will never have a second one."""

    def __init__(self, *, subject: str, energy_wh: int) -> None:
        super().__init__(
            f"{subject} has a receipt over {energy_wh} Wh already; there is one for each subject"
        )
        self.subject, self.energy_wh = subject, energy_wh


class NotVouched(MeterError):
    """A witness does not sign what it is asked to; unless `final`, it may later."""

    def __init__(self, reason: str, *, final: bool = True) -> None:
        super().__init__(reason)
        self.final = final
