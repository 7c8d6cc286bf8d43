"""The contract `accounts`: who holds how much, and the ways in which money moves."""

from wattloom.chaincode.accounts import keys
from wattloom.chaincode.accounts.records import Account, Amount, Party, Supply, Transfer, Transferred
from wattloom.chaincode.api import AlreadyExists, Context, Contract, Forbidden, InvalidArgument

accounts = Contract("accounts", summary="Balances of the members in whole nano-units of the currency.")


@accounts.transaction()
def open(ctx: Context, request: Party) -> Account:  # noqa: A001 - the function's name on the ledger
    """Open an empty account for the caller, or by a registrar for a party of its organisation.

    Raises
    ------
    AlreadyExists : the party has an account
    """
    # READ
    key = keys.account(request.party_id)
    # CHECK
    if request.party_id != ctx.caller.party_id:
        ctx.require_role("registrar")
        _require_same_organisation(ctx, request.party_id)
    if ctx.state.exists(key):
        raise AlreadyExists(key=f"accounts:{key}")
    # WRITE
    account = Account(party_id=request.party_id)
    ctx.state.put(key, account)
    return account


@accounts.transaction(roles=["settlement-agent"])
def mint(ctx: Context, request: Amount) -> Account:
    """Put money that was paid in outside the ledger into an account.

    Raises
    ------
    NotFound : the party has no account
    SupplyTooLarge : all money would pass 2^62 nano
    """
    # READ
    key = keys.account(request.party_id)
    account = ctx.state.get(key, Account)
    supply = ctx.state.find(keys.SUPPLY, Supply) or Supply()
    # CHECK
    supply = supply.grown(request.amount_nano)
    account = account.credit(request.amount_nano)
    # WRITE
    ctx.state.put(keys.SUPPLY, supply)
    ctx.state.put(key, account)
    ctx.emit("minted", request)
    return account


@accounts.transaction(roles=["settlement-agent"])
def burn(ctx: Context, request: Amount) -> Account:
    """Take free money that is paid out outside the ledger from an account.

    Raises
    ------
    NotFound : the party has no account
    InsufficientFunds : the account has less free
    """
    # READ
    key = keys.account(request.party_id)
    account = ctx.state.get(key, Account)
    supply = ctx.state.find(keys.SUPPLY, Supply) or Supply()
    # CHECK
    account = account.debit(request.amount_nano)
    # WRITE
    ctx.state.put(keys.SUPPLY, supply.shrunk(request.amount_nano))
    ctx.state.put(key, account)
    ctx.emit("burned", request)
    return account


@accounts.transaction()
def transfer(ctx: Context, request: Transfer) -> None:
    """Give free money of the caller to another party.

    Raises
    ------
    InvalidArgument : the payee is the caller
    NotFound : one of them has no account
    InsufficientFunds : the caller has less free
    """
    # READ
    state, caller = ctx.state, ctx.caller.party_id
    from_key, to_key = keys.account(caller), keys.account(request.payee)
    payer, payee = state.get(from_key, Account), state.get(to_key, Account)
    # CHECK
    if request.payee == caller:
        raise InvalidArgument(reason="payee is the caller, name another party")
    payer = payer.debit(request.amount_nano)
    # WRITE
    state.put(from_key, payer)
    state.put(to_key, payee.credit(request.amount_nano))
    ctx.emit("transferred", Transferred(payer=caller, payee=request.payee, amount_nano=request.amount_nano))


@accounts.query()
def statement(ctx: Context, request: Party) -> Account:
    """Show an account to its party, to an auditor or to the settlement agent.

    Raises
    ------
    NotFound : the party has no account
    """
    if request.party_id != ctx.caller.party_id:
        ctx.require_role("auditor", "settlement-agent")
    return ctx.state.get(keys.account(request.party_id), Account)


@accounts.query(roles=["auditor"])
def total(ctx: Context) -> Supply:
    """Show how much money the ledger holds: minted less burned, and the sum over all accounts."""
    return ctx.state.find(keys.SUPPLY, Supply) or Supply()


def _require_same_organisation(ctx: Context, party_id: str) -> None:
    organisation = party_id.partition(".")[0]
    if organisation != ctx.caller.organisation:
        raise Forbidden(needed=f"a registrar of {organisation}")
