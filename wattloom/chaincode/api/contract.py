"""A contract: named functions, each with one typed argument and one typed result."""

import inspect  # lint-chaincode: allow IMPORT reads names and docstrings of functions, once at import
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from wattloom.chaincode.api.codec import MalformedRecord, Record, decode, encode, json_schema
from wattloom.chaincode.api.context import Context
from wattloom.chaincode.api.errors import InvalidArgument, UnknownFunction, UnreadableArgument, WrongKind

F = TypeVar("F", bound=Callable[..., Record | None])
Hook = TypeVar("Hook", bound=Callable[..., None])
Fallback = TypeVar("Fallback", bound=Callable[[Context, str, bytes], Record | None])


class Kind(StrEnum):
    """How a function may be called."""

    TRANSACTION = "transaction"
    QUERY = "query"
    TIMER = "timer"


@dataclass(frozen=True, slots=True)
class Function:
    """One function of a contract: how it is called, by whom, with what, and what it gives back."""

    name: str
    kind: Kind
    roles: tuple[str, ...]
    argument: type[Record] | None
    result: Any
    call: Callable[..., Record | None]

    def run(self, ctx: Context, arguments: bytes) -> Record | None:
        """Check role and arguments, then call; raise `Forbidden` or `InvalidArgument`."""
        if self.roles:
            ctx.require_role(*self.roles)
        if self.argument is None:
            if arguments not in (b"", b"{}"):
                raise InvalidArgument(reason=f"{self.name} takes no arguments")
            return self.call(ctx)
        try:
            record = decode(arguments, self.argument)
        except MalformedRecord as error:
            raise UnreadableArgument(reason=str(error)) from error
        return self.call(ctx, record)


class Contract:
    """A set of functions over one part of the state, installed under a name.

    Functions are plain: `(ctx)` or `(ctx, record)`, registered by decorator. Hooks run inside the transaction
    and may refuse it: `before(ctx, function)`, `after(ctx, function, result)`; `unknown(ctx, function,
    arguments)` takes calls of functions that the contract has not.
    """

    def __init__(self, name: str, *, summary: str) -> None:
        self.name = name
        self.summary = summary
        self.functions: dict[str, Function] = {}
        self._before: list[Callable[[Context, str], None]] = []
        self._after: list[Callable[[Context, str, Record | None], None]] = []
        self._unknown: Callable[[Context, str, bytes], Record | None] | None = None

    def transaction(self, *, roles: Sequence[str] = ()) -> Callable[[F], F]:
        """Register a function that may write; without roles any member may call it."""
        return self._register(Kind.TRANSACTION, roles)

    def query(self, *, roles: Sequence[str] = ()) -> Callable[[F], F]:
        """Register a function that only reads; it is evaluated by one node and never ordered."""
        return self._register(Kind.QUERY, roles)

    def timer(self, call: F) -> F:
        """Register a function that only the ledger itself calls, when `ctx.schedule` has asked for it."""
        return self._register(Kind.TIMER, ())(call)

    def before(self, hook: Hook) -> Hook:
        """Register a hook that runs before every function of the contract."""
        self._before.append(hook)
        return hook

    def after(self, hook: Hook) -> Hook:
        """Register a hook that runs after every function of the contract."""
        self._after.append(hook)
        return hook

    def unknown(self, fallback: Fallback) -> Fallback:
        """Register what runs for a function that the contract has not."""
        self._unknown = fallback
        return fallback

    def invoke(self, ctx: Context, name: str, arguments: bytes, *, kind: Kind) -> bytes:
        """Run one function with its hooks and return the canonical JSON of its result.

        Raises
        ------
        UnknownFunction, WrongKind, Forbidden, InvalidArgument : see `errors`
        ChaincodeError : the function's own refusals
        """
        run = self._resolve(name, kind)
        for before in self._before:
            before(ctx, name)
        result = run(ctx, arguments)
        for after in self._after:
            after(ctx, name, result)
        return b"{}" if result is None else encode(result)

    def _resolve(self, name: str, kind: Kind) -> Callable[[Context, bytes], Record | None]:
        function, unknown = self.functions.get(name), self._unknown
        if function is not None:
            if function.kind is not kind:
                raise WrongKind(function=f"{self.name}:{name}", kind=function.kind.value)
            return function.run
        if unknown is not None:
            return lambda ctx, arguments: unknown(ctx, name, arguments)
        raise UnknownFunction(function=f"{self.name}:{name}")

    def kind_of(self, name: str) -> Kind:
        """Tell how a function may be called; one that only `unknown` takes may be called as a transaction."""
        function = self.functions.get(name)
        if function is not None:
            return function.kind
        if self._unknown is None:
            raise UnknownFunction(function=f"{self.name}:{name}")
        return Kind.TRANSACTION

    def metadata(self) -> dict[str, Any]:
        """Describe every function with the JSON schemas of its argument and result."""
        functions = [self.functions[name] for name in sorted(self.functions)]
        kinds = [kind for f in functions for kind in (f.argument, f.result) if kind is not None]
        schemas, definitions = json_schema(kinds)
        following = iter(schemas)
        described = [
            {
                "name": f"{self.name}:{f.name}",
                "kind": f.kind.value,
                "roles": list(f.roles),
                "summary": (inspect.getdoc(f.call) or "").partition("\n")[0],
                "argument": next(following) if f.argument is not None else None,
                "result": next(following) if f.result is not None else None,
            }
            for f in functions
        ]
        return {"contract": self.name, "summary": self.summary, "functions": described, "$defs": definitions}

    def _register(self, kind: Kind, roles: Sequence[str]) -> Callable[[F], F]:
        def register(call: F) -> F:
            hints = typing.get_type_hints(call)
            parameters = list(inspect.signature(call).parameters)[1:]
            argument = hints[parameters[0]] if parameters else None
            result = hints.get("return")
            self.functions[call.__name__] = Function(
                name=call.__name__,
                kind=kind,
                roles=tuple(roles),
                argument=argument,
                result=None if result is type(None) else result,
                call=call,
            )
            return call

        return register
