"""The language of the criteria: what an expression may hold. Nothing of it is executed.

Numbers, names, `+ - * /`, comparisons, `and or not`, and these calls:

    at_least(2, [V5, V6], st > limit)   so many of the leads meet it; names of a lead stand for each in turn
    contiguous(2, chest, st > limit)    so many neighbours of the leads meet it
    largest([V5, V6], r)                the largest value among the leads

`V1.r` is the value in one lead, and `lead in [V2, V3]` is whether the lead in turn is one of these. A criterion's own
id stands for its verdict, where it stands above in the table.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from ecgimg.datamodel.leads import LEADS
from ecgimg.stages.interpret.constants import INTERPRET
from ecgimg.stages.interpret.quantities import LEAD_NAMES, PAGE_NAMES

GROUPS: dict[str, tuple[str, ...]] = {
    "every_lead": tuple(LEADS),
    "limb": ("aVL", "I", "II", "aVF", "III"),
    "all_limb": ("I", "II", "III", "aVR", "aVL", "aVF"),
    "chest": ("V1", "V2", "V3", "V4", "V5", "V6"),
    "inferior": ("II", "aVF", "III"),
    "lateral": ("I", "aVL", "V5", "V6"),
    "high_lateral": ("aVL", "I"),
}
"""Leads by the name of their group, neighbours beside each other (contiguity: V1 to V6, and aVL I II aVF III)."""
QUANTIFIERS = ("at_least", "contiguous")
_CALLS = {"at_least": 3, "contiguous": 3, "largest": 2}
_NODES = (
    ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div,
    ast.Compare, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.In, ast.NotIn, ast.Name, ast.Attribute, ast.Load,
    ast.Constant, ast.Call, ast.List,
)  # fmt: skip


@lru_cache(maxsize=512)
def parse(text: str, criteria: frozenset[str] = frozenset()) -> ast.expr:
    """The tree of an expression, which may name these criteria.

    Raises:
        ValueError: it is too long, no expression, or has something that a criterion can't have.
    """
    if len(text) > INTERPRET.max_expression:
        raise ValueError(f"the expression has more than {INTERPRET.max_expression} characters")
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"no expression: {error.msg}") from error
    known = frozenset({*PAGE_NAMES, *LEAD_NAMES, *GROUPS, *LEADS, *_CALLS, *criteria, "limit", "lead"})
    nodes = list(ast.walk(tree))
    for node in nodes:
        _check(node, known)
    asked = [node for node in nodes if isinstance(node, ast.Compare) and _is_of_leads(node)]
    if len(asked) != sum(isinstance(node, ast.Name) and node.id == "lead" for node in nodes):
        raise ValueError("`lead` stands only in `lead in [...]`")
    return tree


def _check(node: ast.AST, known: frozenset[str]) -> None:
    """ValueError where a node is nothing that a criterion can have."""
    match node:
        case ast.Name(id=name) if name not in known:
            raise ValueError(f"{name!r} is no measurement, lead, call or criterion above")
        case ast.Attribute(value=lead, attr=name) if not (ast.unparse(lead) in LEADS and name in LEAD_NAMES):
            raise ValueError(f"{ast.unparse(node)!r} is no measurement of a lead")
        case ast.Constant(value=value) if type(value) not in (int, float):
            raise ValueError(f"{value!r} is no number")
        case ast.Compare() if _is_of_leads(node) != any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
            raise ValueError(f"{ast.unparse(node)!r} is not `lead in [...]`")
        case ast.Call(func=function, args=arguments, keywords=keywords):
            if _CALLS.get(ast.unparse(function)) != len(arguments) or keywords:
                raise ValueError(f"{ast.unparse(function)} is no call, or has other arguments")
        case _ if not isinstance(node, _NODES):
            raise ValueError(f"{type(node).__name__} is nothing that a criterion can have")


def _is_of_leads(node: ast.Compare) -> bool:
    """Whether a comparison asks which lead is in turn."""
    match node:
        case ast.Compare(left=ast.Name(id="lead"), comparators=[ast.List(elts=leads)]):
            return all(ast.unparse(lead) in LEADS for lead in leads)
        case _:
            return False


def leads_of(node: ast.expr) -> tuple[str, ...]:
    """The leads that a node names: a group, a list, or one lead."""
    if isinstance(node, ast.List):
        return tuple(lead for item in node.elts for lead in leads_of(item))
    if isinstance(node, ast.Name):
        return GROUPS.get(node.id, (node.id,))
    raise ValueError("a group or a list of leads belongs here")
