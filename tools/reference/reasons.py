"""The identity room's stable reasons, each with the text that follows it in the source."""

import ast
import inspect

from reference.markdown import code, table
from wattloom.identity import errors


def reason_table() -> list[str]:
    """Return every reason."""
    told = _told()
    rows = [(code(each.value), told.get(each.name, _spelled(each.value))) for each in errors.Code]
    return table(("reason", "meaning"), rows)


def _told() -> dict[str, str]:
    """Return the docstrings below the members: Python itself drops them."""
    body = ast.parse(inspect.getsource(errors.Code)).body[0]
    found: dict[str, str] = {}
    last = ""
    for node in body.body if isinstance(body, ast.ClassDef) else []:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]):
                last = name
            case ast.Expr(value=ast.Constant(value=str(text))) if last:
                found[last] = " ".join(text.split())
    return found


def _spelled(reason: str) -> str:
    return reason.replace("_", " ").capitalize() + "."
