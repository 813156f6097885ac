"""What obstacles, and what is tried against them, change."""

from __future__ import annotations

from cocreate.domain.steps import obstacles
from cocreate.domain.vocabulary import ObstacleStatus, Phase
from cocreate.projections.accounts.account import (
    Against,
    InterventionAccount,
    ObstacleAccount,
    ProjectAccount,
)
from cocreate.projections.accounts.course import carry, drop
from cocreate.projections.accounts.ledger import Accounts, on


@on(obstacles.ObstacleRaised)
def obstacle_raised(accounts: Accounts, event: obstacles.ObstacleRaised) -> None:
    project = accounts.project
    accounts.add(
        ObstacleAccount,
        event.obstacle,
        event.title,
        text=event.text,
        status=ObstacleStatus.OPEN,
        category=event.category,
        department=event.department,
        owner=event.owner,
        tension=event.tension,
        phase=project.phase_on(event.occurred_on)
        if isinstance(project, ProjectAccount)
        else Phase.FRAMING,
        about=event.blocks,
    )
    if event.owner is not None:
        carry(accounts, event.owner, "obstacles")
    accounts.tell_all(event.blocks, accounts.link(event.obstacle, title=event.title))


@on(obstacles.ObstacleEscalated)
def obstacle_escalated(accounts: Accounts, event: obstacles.ObstacleEscalated) -> None:
    for obstacle in accounts.those((event.obstacle,), ObstacleAccount):
        obstacle.escalations += 1
        obstacle.escalated_to = event.to
        obstacle.tell(accounts.link(title=event.to, motivation=event.text))


@on(obstacles.ObstacleReassigned)
def obstacle_reassigned(accounts: Accounts, event: obstacles.ObstacleReassigned) -> None:
    for obstacle in accounts.those((event.obstacle,), ObstacleAccount):
        obstacle.department = event.department or obstacle.department
        obstacle.reassignments += 1
        if event.owner is not None and event.owner != obstacle.owner:
            drop(accounts, obstacle.owner, "obstacles")
            carry(accounts, event.owner, "obstacles")
            obstacle.owner = event.owner
        obstacle.tell(accounts.link(title=event.department, motivation=event.reason))


@on(obstacles.ObstacleResolved)
def obstacle_resolved(accounts: Accounts, event: obstacles.ObstacleResolved) -> None:
    for obstacle in accounts.those((event.obstacle,), ObstacleAccount):
        _close(accounts, obstacle, ObstacleStatus.RESOLVED)
        obstacle.resolved_by = event.interventions
        for intervention in accounts.those(obstacle.interventions, InterventionAccount):
            for against in intervention.against:
                if against.obstacle == obstacle.id:
                    against.resolved_on = event.occurred_on
                    against.named = intervention.id in event.interventions
        told = (event.obstacle, *obstacle.about, *event.interventions)
        accounts.tell_all(told, accounts.link(event.obstacle, title=event.text[:200]))


@on(obstacles.ObstacleAccepted)
def obstacle_accepted(accounts: Accounts, event: obstacles.ObstacleAccepted) -> None:
    for obstacle in accounts.those((event.obstacle,), ObstacleAccount):
        _close(accounts, obstacle, ObstacleStatus.ACCEPTED)
        obstacle.tell(accounts.link(motivation=event.reason))


def _close(accounts: Accounts, obstacle: ObstacleAccount, status: ObstacleStatus) -> None:
    if obstacle.status is ObstacleStatus.OPEN:  # one that was accepted is carried no longer
        drop(accounts, obstacle.owner, "obstacles")
    obstacle.status, obstacle.closed_on = status, accounts.event.occurred_on


@on(obstacles.InterventionTried)
def intervention_tried(accounts: Accounts, event: obstacles.InterventionTried) -> None:
    tried = list(accounts.those(dict.fromkeys(event.obstacles), ObstacleAccount))
    accounts.add(
        InterventionAccount,
        event.intervention,
        event.title,
        text=event.text,
        category=event.kind,
        by=event.by,
        against=[
            Against(
                obstacle=obstacle.id,
                category=obstacle.category,
                phase=obstacle.phase,
                tension=obstacle.tension,
                resolved_on=obstacle.closed_on
                if obstacle.status is ObstacleStatus.RESOLVED
                else None,
            )
            for obstacle in tried
        ],
    )
    for obstacle in tried:
        obstacle.interventions = (*obstacle.interventions, event.intervention)
    if event.by is not None:
        carry(accounts, event.by, "interventions")
    link = accounts.link(event.intervention, title=event.title, ground=event.kind)
    accounts.tell_all(event.obstacles, link)


@on(obstacles.InterventionJudged)
def intervention_judged(accounts: Accounts, event: obstacles.InterventionJudged) -> None:
    for intervention in accounts.those((event.intervention,), InterventionAccount):
        intervention.outcome, intervention.judged = event.outcome, accounts.place
        link = accounts.link(event.intervention, outcome=event.outcome, motivation=event.text)
        accounts.tell_all((event.intervention, *intervention.related), link)
