"""Markets: a utility opens one, states what the grid charges and pays, and places homes in its zones."""

from wattloom.chaincode.accounts import book
from wattloom.chaincode.api import AlreadyExists, Context, Forbidden, Int64Array, InvalidArgument
from wattloom.chaincode.auction import keys
from wattloom.chaincode.auction.errors import NotConnected, TariffTooHigh
from wattloom.chaincode.auction.messages import Connect, Connected, OpenMarket, SetTariff, TariffSet
from wattloom.chaincode.auction.records import Connection, Market, Tariff
from wattloom.chaincode.auction.units import DAY_S
from wattloom.chaincode.governance.parameters import market_rules
from wattloom.chaincode.registry import keys as registry_keys
from wattloom.chaincode.registry.records import Home


def read(ctx: Context, market_id: str) -> Market:
    """Return a market; raise `NotFound`."""
    return ctx.state.get(keys.market(market_id), Market)


def connection(ctx: Context, market: Market, party_id: str) -> Connection:
    """Return where a home is in a market; raise `NotConnected` where it must be somewhere and is not."""
    found = ctx.state.find(keys.connection(market.market_id, party_id), Connection)
    if found is None and market.zones:
        raise NotConnected(party_id=party_id)
    return found or Connection()


def limit_wh(ctx: Context, party_id: str) -> int:
    """Return the most that a home may buy or sell in one slot; raise `NotFound` where it is not known."""
    return ctx.within("registry").state.get(registry_keys.home(party_id), Home).limit_wh


def caller_limit_wh(ctx: Context, market: Market) -> int:
    """Return the calling home's limit; raise `NotFound`, or `Forbidden` where it is the market's utility.

    A party is one or the other, unless its organisation has made it another: it cannot pay itself.
    """
    if ctx.caller.party_id == market.utility:
        raise Forbidden(needed="a home other than the market's utility")
    return limit_wh(ctx, ctx.caller.party_id)


def open_market(ctx: Context, request: OpenMarket) -> Market:
    """Open a market whose grid is the caller.

    Raises
    ------
    AlreadyExists : the id is taken
    InvalidArgument : gates close later than the members have voted for, or a zone is named twice
    NotFound : the caller has no account
    """
    # READ
    key, rules = keys.market(request.market_id), market_rules(ctx)
    names = [zone.name for zone in request.zones]
    # CHECK
    if ctx.state.exists(key):
        raise AlreadyExists(key=f"auction:{key}")
    if request.gate_closure_s < rules.gate_closure_s:
        raise InvalidArgument(reason=f"gate_closure_s is less than the market's {rules.gate_closure_s}")
    if len(set(names)) < len(names):
        raise InvalidArgument(reason="zones has a name twice")
    book.free_nano(ctx, ctx.caller.party_id)
    # WRITE
    market = Market(
        market_id=request.market_id,
        utility=ctx.caller.party_id,
        slot_s=request.slot_s,
        gate_closure_s=request.gate_closure_s,
        pricing=request.pricing,
        zones=request.zones,
        sealing=request.sealing,
    )
    ctx.state.put(key, market)
    ctx.emit("market_opened", market)
    return market


def set_tariff(ctx: Context, request: SetTariff) -> Tariff:
    """State the grid's prices of a day, once: what homes trade within cannot change under them.

    Raises
    ------
    NotFound : no such market
    Forbidden : the caller is not its utility
    InvalidArgument : no beginning of a day, or prices are not one or one per slot, below zero, or the grid
        pays more than it charges
    AlreadyExists : the day has its tariff
    TariffTooHigh : a price passes the market's highest
    """
    # READ
    market = read(ctx, request.market_id)
    key = keys.tariff(request.market_id, request.day_start_s)
    tariff = Tariff(
        grid_nano_per_wh=request.grid_nano_per_wh, feed_in_nano_per_wh=request.feed_in_nano_per_wh
    )
    # CHECK
    _require_utility(ctx, market)
    if request.day_start_s % DAY_S:
        raise InvalidArgument(reason="day_start_s is not the beginning of a day (UTC)")
    if ctx.state.exists(key):
        raise AlreadyExists(key=f"auction:{key}")
    _check_prices(
        tariff, slots=DAY_S // market.slot_s, highest=market_rules(ctx).highest_price_cap_nano_per_wh
    )
    # WRITE
    ctx.state.put(key, tariff)
    ctx.emit("tariff_set", TariffSet(market_id=request.market_id, day_start_s=request.day_start_s))
    return tariff


def connect(ctx: Context, request: Connect) -> Connection:
    """Place a home in a market: its zone, and whether what it sells is green; for orders from now on.

    Raises
    ------
    NotFound : no such market, or no such home
    Forbidden : the caller is not the market's utility
    InvalidArgument : the market has no such zone, or has zones and none is named
    """
    # READ
    market = read(ctx, request.market_id)
    # CHECK
    _require_utility(ctx, market)
    limit_wh(ctx, request.party_id)
    _check_zone(market, request.zone)
    # WRITE
    placed = Connection(zone=request.zone or "", green=request.green)
    ctx.state.put(keys.connection(request.market_id, request.party_id), placed)
    ctx.emit("connected", Connected(market_id=request.market_id, party_id=request.party_id))
    return placed


def _require_utility(ctx: Context, market: Market) -> None:
    if ctx.caller.party_id != market.utility:
        raise Forbidden(needed="the utility of the market")


def _check_zone(market: Market, zone: str | None) -> None:
    known = zone is None if not market.zones else any(each.name == zone for each in market.zones)
    if not known:
        raise InvalidArgument(reason=f"zone {zone} is not one of the market's")


def _check_prices(tariff: Tariff, *, slots: int, highest: int) -> None:
    grid, feed_in = tariff.grid_nano_per_wh, tariff.feed_in_nano_per_wh
    _check_length("grid_nano_per_wh", grid, slots)
    _check_length("feed_in_nano_per_wh", feed_in, slots)
    if max(grid) > highest:
        raise TariffTooHigh(highest_nano_per_wh=highest)
    for slot in range(slots):
        if not 0 <= feed_in[slot % len(feed_in)] <= grid[slot % len(grid)]:
            raise InvalidArgument(
                reason=f"in slot {slot} the feed-in price is not between zero and the grid's price"
            )


def _check_length(field: str, prices: Int64Array, slots: int) -> None:
    if len(prices) not in (1, slots):
        raise InvalidArgument(reason=f"{field} has {len(prices)} numbers, needs 1 or {slots}")
