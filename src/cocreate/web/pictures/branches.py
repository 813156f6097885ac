"""The accountability timeline as a picture: how wishes branch and come together, from the top down.

Each row is something that came to be, with a node in one of the lanes. A lane goes on below a node
for as long as something still follows from it. What is alike, such as many wishes that one decision
answers, stands in one row; in a project of thousands, so does what went alike, such as every wish
that was rejected. The same stands in words in each row, so nobody needs to see the lines.
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
ROUNDS: Final = 4
"""How many steps away something still tells two of a kind apart, where there is much to show."""


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
    until: date
    """The day of the last, where there are several."""
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
    nodes = _nodes(subjects)
    nodes = _put_together(nodes, _alike(nodes))
    if len(nodes) > MOST_ROWS:
        nodes = _put_together(nodes, _alike_in_course(nodes))
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
        until=account.since,
        position=account.position,
        parents=tuple(parents),
    )


def _realisation(wish: WishAccount) -> Node:
    assert wish.realised is not None  # noqa: S101 - it is asked for those that are
    return Node(
        kind=NodeKind.REALISATION,
        accounts=(wish,),
        on=wish.realised.on,
        until=wish.realised.on,
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


def _alike(nodes: Sequence[Node]) -> list[Sequence[Node]]:
    """Give what is alike: of one kind and status, from and to the same others."""
    children = _children(nodes)
    found: defaultdict[object, list[Node]] = defaultdict(list)
    for node in nodes:
        stands = node.accounts[0].stands
        found[node.kind, stands, node.parents, tuple(children[node.key])].append(node)
    return [group for group in found.values() if len(group) >= ALIKE]


def _alike_in_course(nodes: Sequence[Node]) -> list[Sequence[Node]]:
    """Give what went alike: of one kind and status, and so are those around it, step by step.

    That is colour refinement (Weisfeiler and Leman, 1968).
    """
    children = _children(nodes)
    colours: dict[str, int] = {}
    seen: dict[object, int] = {}
    for node in nodes:
        first = (node.kind, node.accounts[0].stands, len(node.accounts) > 1)
        colours[node.key] = seen.setdefault(first, len(seen))
    for _ in range(ROUNDS):
        seen = {}
        colours = {
            node.key: seen.setdefault(
                (
                    colours[node.key],
                    tuple(sorted({colours[key] for key in node.parents})),
                    tuple(sorted({colours[key] for key in children[node.key]})),
                ),
                len(seen),
            )
            for node in nodes
        }
    found: defaultdict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        found[colours[node.key]].append(node)
    return [group for group in found.values() if len(group) >= ALIKE]


def _children(nodes: Sequence[Node]) -> Mapping[str, list[str]]:
    children: defaultdict[str, list[str]] = defaultdict(list)
    for node in nodes:
        for parent in node.parents:
            children[parent].append(node.key)
    return children


def _put_together(nodes: Sequence[Node], groups: Sequence[Sequence[Node]]) -> list[Node]:
    """Put each group in one row, at the place of its first: what follows from it comes later."""
    head_of = {node.key: group[0].key for group in groups for node in group}
    group_of = {group[0].key: group for group in groups}
    found = []
    for node in nodes:
        if head_of.get(node.key, node.key) != node.key:
            continue
        group = group_of.get(node.key, [node])
        parents = dict.fromkeys(
            head_of.get(parent, parent) for each in group for parent in each.parents
        )
        found.append(
            msgspec.structs.replace(
                node,
                accounts=tuple(account for each in group for account in each.accounts),
                until=max(each.until for each in group),
                parents=tuple(parent for parent in parents if parent != node.key),
            )
        )
    return _after_parents(found)


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
