"""Who may do what: the whole of the role matrix.

Every key has one role in one municipality, in all of it or in some projects; a person with a token
may have several. The operator's keys belong to the installation. Whoever sends no key reads what is
public, like a reader. Auditors never write, whatever other roles they have.
"""

from __future__ import annotations

from collections.abc import Mapping

from cocreate.domain.steps import STEPS
from cocreate.domain.steps.record import ErasePerson
from cocreate.domain.vocabulary import Role

SEE_INTERNAL: frozenset[Role] = frozenset(
    {Role.TENANT_ADMINISTRATOR, Role.OFFICIAL, Role.CLERK, Role.AUDITOR}
)
"""Who reads internal steps of the own municipality. The operator is not among them."""

READS_RECORDED: frozenset[Role] = frozenset({Role.AUDITOR, Role.OPERATOR})
"""Whose reading of what is internal is on record itself: those who look on from outside."""

AUDIT: frozenset[Role] = frozenset({Role.AUDITOR, Role.TENANT_ADMINISTRATOR})
"""Who replays a project, and takes it away with its proofs. Every time is on record."""

SEE_LAGS: frozenset[Role] = SEE_INTERNAL | {Role.OPERATOR}
"""Who sees how far the read models are behind, and what stands still."""

STEPS_OF: Mapping[Role, frozenset[str]] = {
    Role.OFFICIAL: frozenset(STEPS) - {ErasePerson.noun},
    Role.TENANT_ADMINISTRATOR: frozenset({ErasePerson.noun}),
    Role.CLERK: frozenset(
        {
            "advice",
            "decisions",
            "decision-announcements",
            "deviations",
            "deviation-motivations",
            "deviation-contests",
            "deviation-settlements",
            "commitments",
            "commitment-fulfilments",
            "commitment-changes",
            "commitment-breaches",
            "sessions",
            "milestones",
            "final-reports",
            "feedback",
            "publications",
            "corrections",
        }
    ),
}
"""Which steps a role may take, by noun. Roles that are not named take none."""

REGISTER_MUNICIPALITIES: frozenset[Role] = frozenset({Role.OPERATOR})
OPERATE: frozenset[Role] = frozenset({Role.OPERATOR})
"""Who looks after subscriptions and plans."""
SEE_SUBSCRIPTION: frozenset[Role] = frozenset({Role.TENANT_ADMINISTRATOR, Role.OPERATOR})
"""Who sees what a municipality is subscribed to, and how much of it is used."""
SET_RULES: frozenset[Role] = frozenset({Role.TENANT_ADMINISTRATOR})
MANAGE_KEYS: frozenset[Role] = frozenset({Role.TENANT_ADMINISTRATOR})
MANAGE_WEBHOOKS: frozenset[Role] = frozenset({Role.TENANT_ADMINISTRATOR})
"""Who says where events are sent, and sees what came of it."""
EXPORT_PERSONS: frozenset[Role] = frozenset({Role.TENANT_ADMINISTRATOR})
"""Who may have all that is held on a person, for that person."""
START_KEYS: frozenset[Role] = frozenset({Role.OPERATOR})
"""Who may make the first key of a municipality: that of its administrator."""

SEE_IDENTITY: frozenset[Role] = frozenset({Role.TENANT_ADMINISTRATOR, Role.AUDITOR})
"""Who sees whom a municipality lets in."""
FIND_ACTORS: frozenset[Role] = frozenset({Role.TENANT_ADMINISTRATOR})
"""Who may find what a person did."""


def takes(noun: str) -> frozenset[Role]:
    """Give the roles that may take a step."""
    return frozenset(role for role, nouns in STEPS_OF.items() if noun in nouns)
