"""The municipality: a tenant with its own log, and the rules it set for that log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Self
from uuid import UUID, uuid5

from eventsourcing.domain import BaseAggregate, CanInitAggregate, event
from msgspec import Meta, Struct

from cocreate.domain import errors
from cocreate.domain.calendar import PUBLISHED_DECREE_DAYS, Calendar
from cocreate.domain.identity import IDENTITY_EVENTS, Grant, Identity, Issuer
from cocreate.domain.log_reads import LogRead
from cocreate.domain.moment import Moment, Rules
from cocreate.domain.own_settings import (
    ChangeSettings,
    Language,
    OrdinanceTerm,
    OwnSettings,
    SettingsChanged,
    Theme,
    require_settable,
)
from cocreate.domain.project.chapter import (
    require_distinct,
    require_past,
    require_within_reach,
)
from cocreate.domain.signing_keys import SigningKeyAnnounced
from cocreate.domain.steps import EVENTS, STEPS
from cocreate.domain.steps.base import Event as AnyEvent
from cocreate.domain.steps.base import EventMeta, Line, Part, Step, Text, Title, content_of
from cocreate.domain.vocabulary import Body, Norm, Visibility
from cocreate.domain.webhooks import WEBHOOK_EVENTS, Webhook, Webhooks

MunicipalityCode = Annotated[str, Meta(pattern=r"^GM[0-9]{4}(?![\s\S])")]
"""The code of a municipality with Statistics Netherlands (CBS), such as ``GM0503``."""

_NAMESPACE = UUID("5bd7e3c8-6f05-5c1c-9f0e-3d1f6c6f5a52")


class RegisterMunicipality(Step, frozen=True, kw_only=True):
    """A municipality gets a log of its own."""

    noun: ClassVar = "municipalities"

    code: MunicipalityCode
    name: Title


class MunicipalityRegistered(
    RegisterMunicipality,
    AnyEvent,
    CanInitAggregate[UUID],
    frozen=True,
    kw_only=True,
    metaclass=EventMeta,
):
    """A municipality was registered: the first event of its log."""

    originator_topic: str = "cocreate.domain.municipality:Municipality"


class SetVisibility(Step, frozen=True, kw_only=True):
    """Say who reads steps of a kind from now on, where a step does not say so itself."""

    noun: ClassVar = "visibility-rules"
    by_default: ClassVar = Visibility.INTERNAL

    steps: Annotated[str, Meta(pattern=r"^[a-z]+(-[a-z]+)*(?![\s\S])", max_length=60)]
    """The noun of the kind of step."""
    default: Visibility


class VisibilitySet(SetVisibility, AnyEvent, frozen=True, kw_only=True, metaclass=EventMeta):
    """The default visibility of a kind of step was set."""


class DeclareDayOff(Step, frozen=True, kw_only=True):
    """A royal decree puts a day on a par with a holiday (Algemene termijnenwet, art. 3)."""

    noun: ClassVar = "decree-days"

    day: date
    publication: Line


class DayOffDeclared(DeclareDayOff, AnyEvent, frozen=True, kw_only=True, metaclass=EventMeta):
    """A day off was declared. Terms that run are worked out again by steps of their own."""


NORMS_WITH_TERM: frozenset[Norm] = frozenset(
    {
        Norm.CONTRIBUTIONS_ANSWERED,
        Norm.DEVIATIONS_MOTIVATED,
        Norm.DEVIATIONS_FED_BACK,
        Norm.DECISIONS_ANNOUNCED,
        Norm.FINAL_REPORT_DELIVERED,
        Norm.REFLECTION_HELD,
    }
)
"""The norms for which a municipality can set a term: what they ask is to be done some day."""


class NormThreshold(Part, frozen=True, kw_only=True):
    """Within how many days what a norm asks is to be done."""

    norm: Norm
    days: Annotated[int, Meta(ge=1, le=3650)]


class AdoptNorms(Step, frozen=True, kw_only=True):
    """The municipality adopts thresholds of its own, as a pack that holds from a day on.

    It holds for what arises from that day on; what arose before keeps the pack of its day.
    """

    noun: ClassVar = "norm-packs"

    version: Title
    title: Title
    valid_from: date
    thresholds: Annotated[tuple[NormThreshold, ...], Meta(max_length=len(Norm))]
    basis: Line | None = None


class NormsAdopted(AdoptNorms, AnyEvent, frozen=True, kw_only=True, metaclass=EventMeta):
    """Thresholds were adopted."""


class DecideOnComparison(Step, frozen=True, kw_only=True):
    """The municipality takes part in comparisons and lets others learn from it, or does not."""

    noun: ClassVar = "comparison-decisions"

    takes_part: bool
    body: Body
    motivation: Text | None = None


class ComparisonDecided(
    DecideOnComparison, AnyEvent, frozen=True, kw_only=True, metaclass=EventMeta
):
    """It was decided whether the municipality takes part in comparisons."""


class NormPack(Struct, frozen=True, kw_only=True):
    """A pack of norms as the municipality keeps it."""

    version: str
    title: str
    valid_from: date
    thresholds: tuple[NormThreshold, ...]
    basis: str | None
    public: bool


_EVENTS: tuple[type[AnyEvent], ...] = (
    MunicipalityRegistered,
    VisibilitySet,
    DayOffDeclared,
    NormsAdopted,
    ComparisonDecided,
    SettingsChanged,
    LogRead,
    SigningKeyAnnounced,
    *IDENTITY_EVENTS,
    *WEBHOOK_EVENTS,
)
MUNICIPALITY_EVENTS: Mapping[str, type[AnyEvent]] = {
    event_class.__name__: event_class for event_class in _EVENTS
}


def municipality_id(code: str) -> UUID:
    """Give the id of a municipality's own history within its log."""
    return uuid5(_NAMESPACE, code)


class Municipality(Identity, Webhooks, BaseAggregate[UUID]):
    """A municipality, and the rules it set."""

    Event = AnyEvent
    vars().update(MUNICIPALITY_EVENTS)
    event_types = frozenset({*EVENTS, *MUNICIPALITY_EVENTS})

    @classmethod
    def register(cls, step: RegisterMunicipality, moment: Moment) -> Self:
        """Register a municipality.

        Raises :class:`~cocreate.domain.errors.OccurredInFuture`, as every command here does.
        """
        require_past(step.occurred_on, moment)
        content = content_of(step)
        content["visibility"] = step.visibility or step.by_default
        registered = getattr(cls, MunicipalityRegistered.__name__)
        return cls._create(
            registered, id=municipality_id(step.code), timestamp=moment.now, **content
        )

    def set_visibility(self, step: SetVisibility, moment: Moment) -> None:
        """Set who reads a kind of step; steps recorded before keep what they have.

        Raises :class:`~cocreate.domain.errors.UnknownReference` for a noun that is no step.
        """
        if step.steps not in STEPS:
            raise errors.UnknownReference(kind="step", id=step.steps)
        self.decide(VisibilitySet, step, moment)

    def declare_day_off(self, step: DeclareDayOff, moment: Moment) -> None:
        """Add a day off by decree.

        Raises :class:`~cocreate.domain.errors.IdTaken` for a day that is known already.
        """
        if step.day in self.decree_days:
            raise errors.IdTaken(id=step.day.isoformat())
        self.decide(DayOffDeclared, step, moment)

    def adopt_norms(self, step: AdoptNorms, moment: Moment) -> None:
        """Adopt thresholds; those of earlier packs keep what they hold for.

        Raises :class:`~cocreate.domain.errors.IdTaken` for a version that is there already,
        :class:`~cocreate.domain.errors.NormWithoutTerm`,
        :class:`~cocreate.domain.errors.RepeatedReference` for a norm with two thresholds, and
        :class:`~cocreate.domain.errors.DateTooFar` for a first day that never comes.
        """
        require_within_reach(moment, valid_from=step.valid_from)
        if step.version in self.norm_packs:
            raise errors.IdTaken(id=step.version)
        for threshold in step.thresholds:
            if threshold.norm not in NORMS_WITH_TERM:
                raise errors.NormWithoutTerm(norm=threshold.norm)
        require_distinct(tuple(threshold.norm for threshold in step.thresholds))
        self.decide(NormsAdopted, step, moment)

    def decide_on_comparison(self, step: DecideOnComparison, moment: Moment) -> None:
        """Decide whether to take part in comparisons; an internal decision gives no consent."""
        self.decide(ComparisonDecided, step, moment)

    def change_settings(self, step: ChangeSettings, moment: Moment) -> None:
        """Set all settings anew.

        Raises :class:`~cocreate.domain.errors.TermSetByLaw`,
        :class:`~cocreate.domain.errors.RepeatedReference` for what is named twice, and
        :class:`~cocreate.domain.errors.DateTooFar` for a term that never comes to hold.
        """
        require_distinct(step.languages)
        require_settable(step.terms)
        require_distinct(
            tuple(f"{term.procedure} {term.valid_from.isoformat()}" for term in step.terms)
        )
        for term in step.terms:
            require_within_reach(moment, valid_from=term.valid_from)
        self.decide(SettingsChanged, step, moment)

    def norms_on(self, day: date) -> Mapping[Norm, int]:
        """Give the thresholds for what arises on a day, in days.

        Those of the pack that holds last by then; of two with the same first day, the later one
        adopted. A pack replaces the one before it as a whole: a norm it does not name has none.
        """
        # The latest adopted first: of equals, ``max`` gives the one that it meets first.
        in_force = [pack for pack in reversed(self.norm_packs.values()) if pack.valid_from <= day]
        if not in_force:
            return {}
        pack = max(in_force, key=lambda each: each.valid_from)
        return {threshold.norm: threshold.days for threshold in pack.thresholds}

    def rules(self) -> Rules:
        """Give the rules under which steps are taken now."""
        return Rules(
            visibility=dict(self.visibility),
            calendar=Calendar(self.decree_days),
            terms=self.settings.statutory_terms(),
        )

    def remember(self, taken: AnyEvent) -> None:
        """Keep what the step says of whom is let in and of webhooks: later ones are about these."""
        self.remember_identity(taken)
        self.remember_webhook(taken)

    def decide(self, event_class: type[AnyEvent], step: Step, moment: Moment) -> None:
        """Record the event of a step.

        Raises :class:`~cocreate.domain.errors.OccurredInFuture`.
        """
        require_past(step.occurred_on, moment)
        content = content_of(step)
        content["visibility"] = step.visibility or step.by_default
        self.trigger_event(
            getattr(type(self), event_class.__name__), timestamp=moment.now, **content
        )

    @event(MunicipalityRegistered)
    def __init__(self, name: str) -> None:
        self.name = name
        self.visibility: dict[str, Visibility] = {}
        self.decree_days: dict[date, str] = dict(PUBLISHED_DECREE_DAYS)
        self.norm_packs: dict[str, NormPack] = {}
        self.takes_part = False
        self.settings = OwnSettings()
        self.issuers: dict[str, Issuer] = {}
        self.grants: dict[str, Grant] = {}
        self.duties_divided_for_keys = False
        self.webhooks: dict[str, Webhook] = {}

    @event(VisibilitySet)
    def _visibility_set(self, steps: str, default: Visibility) -> None:
        self.visibility[steps] = default

    @event(DayOffDeclared)
    def _day_off_declared(self, day: date, publication: str) -> None:
        self.decree_days[day] = publication

    @event(NormsAdopted)
    def _norms_adopted(
        self,
        version: str,
        title: str,
        valid_from: date,
        thresholds: tuple[NormThreshold, ...],
        basis: str | None,
        visibility: Visibility,
    ) -> None:
        self.norm_packs[version] = NormPack(
            version=version,
            title=title,
            valid_from=valid_from,
            thresholds=thresholds,
            basis=basis,
            public=visibility is Visibility.PUBLIC,
        )

    @event(ComparisonDecided)
    def _comparison_decided(self, takes_part: bool, visibility: Visibility) -> None:
        if visibility is Visibility.PUBLIC:
            self.takes_part = takes_part

    @event(SettingsChanged)
    def _settings_changed(
        self,
        languages: tuple[Language, ...],
        public_portal: bool,
        retention_years: int | None,
        theme: Theme,
        terms: tuple[OrdinanceTerm, ...],
    ) -> None:
        self.settings = OwnSettings(
            languages=languages,
            public_portal=public_portal,
            retention_years=retention_years,
            theme=theme,
            terms=terms,
        )
