"""Conditions on the rows of a store: a text -> an expression of pyarrow. Nothing of the text is executed.

Names of columns, numbers and texts, comparisons, `and or not`, `in [..]`, and `is None`:

    confidence > .9 and layout in ['3x4+1R', '6x2'] and rhythm_AFIB >= .5
    paper_speed_from == 'assumed' or gain is None
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from ecgimg.errors import UsageError
from ecgimg.runs.store.table import load_arrow

MAX_LENGTH = 10_000
_WHERE = "--where"
_REMEDY = "write conditions such as \"confidence > .9 and layout == '3x4+1R'\""
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def parse_where(text: str, columns: Sequence[str]) -> Any:
    """The expression of a condition over these columns, for the filter of a data set.

    Raises:
        UsageError: it is too long, no condition, or has something that a condition can't have.
    """
    load_arrow()
    if len(text) > MAX_LENGTH:
        raise UsageError(f"the condition has more than {MAX_LENGTH:,} characters", where=_WHERE, remedy=_REMEDY)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        return _Parser(frozenset(columns)).condition(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        what = error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
        raise UsageError(f"{text[:200]!r} is no condition: {what}", where=_WHERE, remedy=_REMEDY) from error


class _Parser:
    def __init__(self, columns: frozenset[str]) -> None:
        self._columns = columns

    def condition(self, node: ast.expr) -> Any:
        """A condition, which is true or false of a row."""
        match node:
            case ast.BoolOp():
                join = and_ if isinstance(node.op, ast.And) else or_
                return reduce(join, [self.condition(value) for value in node.values])
            case ast.UnaryOp(op=ast.Not()):
                return ~self.condition(node.operand)
            case ast.Compare():
                terms = [node.left, *node.comparators]
                pairs = zip(terms, node.ops, node.comparators, strict=False)
                return reduce(and_, [self._compared(left, op, right) for left, op, right in pairs])
            case _:
                raise ValueError(f"{ast.unparse(node)} is true or false of no row")

    def _compared(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Any:
        match op:
            case ast.Is() | ast.IsNot() if isinstance(right, ast.Constant) and right.value is None:
                found = self._column(left).is_null()
                return found if isinstance(op, ast.Is) else ~found
            case ast.In() | ast.NotIn():
                found = self._column(left).isin(_constants(right))
                return found if isinstance(op, ast.In) else ~found
            case _ if type(op) in _COMPARISONS:
                if not any(isinstance(term, ast.Name) for term in (left, right)):
                    raise ValueError("a comparison needs a column")
                return _COMPARISONS[type(op)](self._term(left), self._term(right))
            case _:
                raise ValueError(f"{type(op).__name__} is no comparison")

    def _term(self, node: ast.expr) -> Any:
        from pyarrow.dataset import scalar

        return self._column(node) if isinstance(node, ast.Name) else scalar(_constant(node))

    def _column(self, node: ast.expr) -> Any:
        from pyarrow.dataset import field

        if not isinstance(node, ast.Name):
            raise ValueError(f"{ast.unparse(node)} is no column")
        if node.id not in self._columns:
            raise ValueError(f"there is no column {node.id!r}")
        return field(node.id)


def _constant(node: ast.expr) -> float | str:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
        case ast.Constant(value=int() | float() | str() as value) if not isinstance(value, bool):
            return value
    raise ValueError(f"{ast.unparse(node)} is no number or text")


def _constants(node: ast.expr) -> list[float | str]:
    if not isinstance(node, ast.List | ast.Tuple):
        raise ValueError("`in` needs a list, such as ['3x4+1R', '6x2']")
    return [_constant(one) for one in node.elts]
