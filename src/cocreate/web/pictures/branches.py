"""The accountability timeline as a picture: how wishes branch and come together, from the top down.

Each row is something that came to be, with a node in one of the lanes. A lane goes on below a node
for as long as something still follows from it. What is alike, such as many wishes that one decision
answers, stands in one row. The same stands in words in each row, so nobody needs to see the lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from cocreate.projections.accounts.account import (
    Account,
    DecisionAccount,
    DeviationAccount,
    FeedbackAccount,
    ProposalAccount,
    WishAccount,
)

MOST_LANES: Final = 8
"""How many lanes there are at most: more cannot be followed by eye, nor fit a small screen."""
ALIKE: Final = 3
"""From how many on, what is alike stands in one row."""
MOST_ROWS: Final = 60
"""How many rows a picture has at most; those before are not shown."""


class NodeKind(StrEnum):
    """What a node is."""

    WISH = "wish"
    PROPOSAL = "proposal"
    DECISION = "decision"
    DEVIATION = "deviation"
    FEEDBACK = "feedback"
    REALISATION = "realisation"


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """Something that came to be, or several that are alike."""

    kind: NodeKind
    accounts: tuple[Account, ...]
    """What it is; of a realisation, the wish."""
    on: date
    position: int
    parents: tuple[str, ...]
    """The keys of the nodes that it follows from."""

    @property
    def key(self) -> str:
        """Tells it from other nodes."""
        return _key(self.kind, self.accounts[0].id)


class Line(msgspec.Struct, frozen=True):
    """A line in the upper part of a row: from a lane at its top, or its node, to another."""

    start: int | None
    """The lane at the top; None where it starts at the node."""
    end: int | None
    """The lane at the bottom; None where it ends at the node."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the picture."""

    node: Node
    lane: int
    lines: tuple[Line, ...]
    below: tuple[int, ...]
    """The lanes that go on below the row."""
    follows: tuple[Account, ...]
    """What the node follows from."""


class Branches(msgspec.Struct, frozen=True):
    """The picture."""

    rows: Sequence[Row]
    lanes: int
    left_out: int
    """How many rows came before those that are shown."""


def draw(subjects: Mapping[str, Account]) -> Branches:
    """Give the picture of what became of the wishes and proposals of a project."""
    nodes = _together(_nodes(subjects))
    shown = nodes[-MOST_ROWS:]
    rows = list(_rows(shown, {node.key: node for node in nodes}))
    lanes = 1 + max((lane for row in rows for lane in (row.lane, *row.below)), default=-1)
    return Branches(rows, lanes, len(nodes) - len(shown))


# -- nodes ----------------------------------------------------------------------------------------


def _key(kind: NodeKind, subject: str) -> str:
    return f"{kind} {subject}"


def _nodes(subjects: Mapping[str, Account]) -> list[Node]:
    """Give a node for each that came to be, the oldest first, with what it follows from."""
    found: list[Node] = []
    for account in subjects.values():
        match account:
            case WishAccount():
                found.append(_node(NodeKind.WISH, account, account.comes_from, subjects))
                if account.realised is not None:
                    found.append(_realisation(account))
            case ProposalAccount():
                before = (*account.answers, *account.comes_from)
                found.append(_node(NodeKind.PROPOSAL, account, before, subjects))
            case DecisionAccount():
                found.append(_node(NodeKind.DECISION, account, account.about, subjects))
            case DeviationAccount():
                before = account.subjects if account.decision is None else (account.decision,)
                found.append(_node(NodeKind.DEVIATION, account, before, subjects))
            case FeedbackAccount():
                found.append(_node(NodeKind.FEEDBACK, account, account.about, subjects))
            case _:
                pass
    found.sort(key=lambda node: (node.on, node.position))
    return _after_parents(found)


_KINDS: Final[Mapping[type[Account], NodeKind]] = {
    WishAccount: NodeKind.WISH,
    ProposalAccount: NodeKind.PROPOSAL,
    DecisionAccount: NodeKind.DECISION,
    DeviationAccount: NodeKind.DEVIATION,
    FeedbackAccount: NodeKind.FEEDBACK,
}


def _node(
    kind: NodeKind, account: Account, before: Iterable[str], subjects: Mapping[str, Account]
) -> Node:
    parents = [
        _key(_KINDS[type(parent)], parent.id)
        for name in dict.fromkeys(before)
        if (parent := subjects.get(name)) is not None and type(parent) in _KINDS
    ]
    return Node(
        kind=kind,
        accounts=(account,),
        on=account.since,
        position=account.position,
        parents=tuple(parents),
    )


def _realisation(wish: WishAccount) -> Node:
    assert wish.realised is not None  # noqa: S101 - it is asked for those that are
    return Node(
        kind=NodeKind.REALISATION,
        accounts=(wish,),
        on=wish.realised.on,
        position=wish.realised.position,
        parents=(_key(NodeKind.WISH, wish.id),),
    )


def _after_parents(nodes: Sequence[Node]) -> list[Node]:
    """Keep, of what each follows from, what comes before it: days may be told out of order."""
    seen: set[str] = set()
    kept = []
    for node in nodes:
        parents = tuple(parent for parent in node.parents if parent in seen)
        kept.append(msgspec.structs.replace(node, parents=parents))
        seen.add(node.key)
    return kept


def _together(nodes: Sequence[Node]) -> list[Node]:
    """Put what is alike in one row: of one kind and status, from and to the same others."""
    children: defaultdict[str, list[str]] = defaultdict(list)
    for node in nodes:
        for parent in node.parents:
            children[parent].append(node.key)
    alike: defaultdict[object, list[Node]] = defaultdict(list)
    for node in nodes:
        [account] = node.accounts
        same = (node.kind, account.stands, node.parents, tuple(children[node.key]))
        alike[same].append(node)
    first: dict[str, Node] = {}
    taken_in: dict[str, str] = {}
    for group in alike.values():
        if len(group) < ALIKE:
            first.update({node.key: node for node in group})
            continue
        # Where the last came to be: all that follows from them comes later.
        head, last = group[0], group[-1]
        accounts = tuple(account for node in group for account in node.accounts)
        first[last.key] = msgspec.structs.replace(
            head, accounts=accounts, on=last.on, position=last.position
        )
        taken_in.update({node.key: head.key for node in group})
    return [
        msgspec.structs.replace(
            first[node.key],
            parents=tuple(
                dict.fromkeys(taken_in.get(each, each) for each in first[node.key].parents)
            ),
        )
        for node in nodes
        if node.key in first
    ]


# -- lanes ----------------------------------------------------------------------------------------


def _rows(nodes: Sequence[Node], every: Mapping[str, Node]) -> Iterable[Row]:
    """Give each node its lane, and the lines by which it hangs together with the others."""
    shown = {node.key for node in nodes}
    waiting: defaultdict[str, int] = defaultdict(int)
    """How many are still to follow from each."""
    for node in nodes:
        for parent in node.parents:
            waiting[parent] += parent in shown
    lanes: dict[int, str] = {}
    """The node that each lane goes on from."""
    for node in nodes:
        before = dict(lanes)
        lane_of = {key: lane for lane, key in lanes.items()}
        parents = [key for key in node.parents if key in lane_of]
        for key in parents:
            waiting[key] -= 1
            if not waiting[key]:
                del lanes[lane_of[key]]
        lane = _lane(lanes, [lane_of[key] for key in parents])
        if waiting[node.key] and lane not in lanes:
            lanes[lane] = node.key
        passing = [Line(at, at) for at, key in before.items() if lanes.get(at) == key]
        joining = [Line(lane_of[key], None) for key in parents]
        onward = [Line(None, lane)] if lanes.get(lane) == node.key else []
        yield Row(
            node=node,
            lane=lane,
            lines=(*passing, *joining, *onward),
            below=tuple(sorted(lanes)),
            follows=tuple(account for key in node.parents for account in every[key].accounts),
        )


def _lane(taken: Mapping[int, str], of_parents: Sequence[int]) -> int:
    """Give the lane of a node: one that ends in it, else the first free one, else the last."""
    for lane in of_parents:
        if lane not in taken:
            return lane
    return next((lane for lane in range(MOST_LANES) if lane not in taken), MOST_LANES - 1)
