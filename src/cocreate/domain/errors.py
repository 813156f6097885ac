"""The rules of co-creation that a step can break, one class each.

Each says in Dutch and English what is wrong. ``about_input`` tells whether the step itself is at
fault (asking again will not help) or the state of the project (it might, later).
"""

from typing import ClassVar, Literal

Language = Literal["nl", "en"]
Fact = str | int | None


class RuleBroken(Exception):  # noqa: N818 - named as the domain says it
    """A step was refused. ``facts`` are the values that its sentence names."""

    code: ClassVar[str]
    about_input: ClassVar[bool] = False
    title_nl: ClassVar[str]
    title_en: ClassVar[str]
    nl: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.en.format(**facts))
        self.facts = facts

    def title(self, language: Language) -> str:
        """Give the rule in a few words."""
        return self.title_nl if language == "nl" else self.title_en

    def detail(self, language: Language) -> str:
        """Say what is wrong, with the facts of this case."""
        return (self.nl if language == "nl" else self.en).format(**self.facts)


class ProjectClosed(RuleBroken):
    """A closed project takes feedback, reflections, corrections, publications, a final report."""

    code = "project-closed"
    title_nl, title_en = "Het traject is afgesloten", "The project is closed"
    nl = (
        "Dit traject is afgesloten ({status}); er kunnen alleen nog terugkoppeling, reflecties, "
        "correcties, openbaarmakingen en een eindverslag bij."
    )
    en = (
        "This project is closed ({status}); it takes only feedback, reflections, corrections, "
        "publications and a final report."
    )


class ProjectIs(RuleBroken):
    """The project's status does not allow this change of its course."""

    code = "project-status"
    title_nl, title_en = "De stand van het traject staat dit niet toe", "Wrong project status"
    nl = "Dit kan niet: het traject staat op '{status}'."
    en = "This cannot be done: the project is '{status}'."


class OccurredInFuture(RuleBroken):
    """A step says that it happened on a day that has not come."""

    code = "occurred-in-future"
    about_input = True
    title_nl, title_en = "De datum ligt in de toekomst", "The date lies in the future"
    nl = "Een stap kan niet op {occurred_on} zijn gebeurd: het is nu {today}."
    en = "A step cannot have happened on {occurred_on}: today is {today}."


class DatesOutOfOrder(RuleBroken):
    """A later thing is dated before an earlier one."""

    code = "dates-out-of-order"
    about_input = True
    title_nl, title_en = "De volgorde van de datums klopt niet", "Dates out of order"
    nl = "{later} ({later_on}) ligt voor {earlier} ({earlier_on})."
    en = "{later} ({later_on}) lies before {earlier} ({earlier_on})."


class DateTooFar(RuleBroken):
    """A step names a day so far ahead that it must be a slip of the pen."""

    code = "date-too-far"
    about_input = True
    title_nl, title_en = "De datum ligt te ver vooruit", "The date lies too far ahead"
    nl = "{field} ({on}) ligt te ver vooruit; noem een datum tot en met {last}."
    en = "{field} ({on}) lies too far ahead; name a date up to {last}."


class UnknownReference(RuleBroken):
    """A step mentions something that the project does not have."""

    code = "unknown-reference"
    about_input = True
    title_nl, title_en = "Onbekende verwijzing", "Unknown reference"
    nl = "Dit traject heeft geen {kind} met kenmerk '{id}'."
    en = "This project has no {kind} with id '{id}'."


class IdTaken(RuleBroken):
    """A step gives an id that is already in use in the project."""

    code = "id-taken"
    title_nl, title_en = "Kenmerk al in gebruik", "Id already taken"
    nl = "Het kenmerk '{id}' is in dit traject al in gebruik."
    en = "The id '{id}' is already taken in this project."


class RepeatedReference(RuleBroken):
    """A list mentions the same subject twice."""

    code = "repeated-reference"
    about_input = True
    title_nl, title_en = "Dubbele verwijzing", "Repeated reference"
    nl = "'{id}' staat meer dan eens in de lijst."
    en = "'{id}' is in the list more than once."


class WrongStatus(RuleBroken):
    """The status of a subject does not allow this step."""

    code = "wrong-status"
    title_nl, title_en = "De stand staat dit niet toe", "The status does not allow this"
    nl = "{kind} '{id}' staat op '{status}'; dat staat deze stap niet toe."
    en = "{kind} '{id}' is '{status}', which does not allow this step."


class NotDecidable(RuleBroken):
    """An outcome names something that no body decides on."""

    code = "not-decidable"
    about_input = True
    title_nl, title_en = "Hierover wordt niet besloten", "Not something to decide on"
    nl = "'{id}' is geen wens of voorstel; alleen daarover valt een besluit."
    en = "'{id}' is no wish or proposal; only those are decided on."


class GroundsMissing(RuleBroken):
    """An outcome does not follow a wish or proposal, and says not why (Awb 3:46)."""

    code = "grounds-missing"
    about_input = True
    title_nl, title_en = "Grond en motivering ontbreken", "Ground and motivation are missing"
    nl = (
        "De uitkomst '{outcome}' volgt '{id}' niet; geef in hetzelfde besluit de grond en de "
        "motivering van de afwijking (Awb 3:46)."
    )
    en = (
        "The outcome '{outcome}' does not follow '{id}'; give the ground and motivation of the "
        "deviation in the same decision (Awb 3:46)."
    )


class DeviationWithoutCause(RuleBroken):
    """An outcome that follows the wish or proposal, or defers it, carries a deviation."""

    code = "deviation-without-cause"
    about_input = True
    title_nl, title_en = "Afwijking zonder aanleiding", "Deviation without cause"
    nl = "Bij de uitkomst '{outcome}' van '{id}' hoort geen afwijking."
    en = "The outcome '{outcome}' of '{id}' carries no deviation."


class MotivationMissing(RuleBroken):
    """A decision or deferral rests on no motivation (Awb 3:46)."""

    code = "motivation-missing"
    about_input = True
    title_nl, title_en = "Motivering ontbreekt", "Motivation is missing"
    nl = "Motiveer het besluit, of elke uitkomst ervan (Awb 3:46); '{id}' heeft geen motivering."
    en = "Motivate the decision, or each of its outcomes (Awb 3:46); '{id}' has no motivation."


class GroundNotStated(RuleBroken):
    """The ground 'not stated' is for imports from a source that has none."""

    code = "ground-not-stated"
    about_input = True
    title_nl, title_en = "Een grond is verplicht", "A ground is required"
    nl = (
        "De grond 'niet vermeld' en een besluit zonder motivering zijn er alleen voor import uit "
        "een bron die geen motivering heeft."
    )
    en = (
        "The ground 'not stated', and a decision without motivation, are only for imports from a "
        "source that has none."
    )


class TensionNeedsTwoValues(RuleBroken):
    """A tension names the same public value twice."""

    code = "tension-needs-two-values"
    about_input = True
    title_nl, title_en = "Een paradox heeft twee waarden", "A tension needs two values"
    nl = "Een paradox bestaat tussen twee verschillende waarden, niet tweemaal '{value}'."
    en = "A tension lies between two different values, not twice '{value}'."


class PublicMentionsInternal(RuleBroken):
    """A public step mentions something that is still internal."""

    code = "public-mentions-internal"
    title_nl, title_en = "Verwijst naar iets interns", "Mentions something internal"
    nl = "Een openbare stap kan niet verwijzen naar '{id}', dat nog intern is. Open dat eerst."
    en = "A public step cannot mention '{id}', which is still internal. Publish that first."


class UnknownStep(RuleBroken):
    """A publication or correction names a step that the project does not have."""

    code = "unknown-step"
    about_input = True
    title_nl, title_en = "Onbekende stap", "Unknown step"
    nl = "Dit traject heeft geen stap {step}."
    en = "This project has no step {step}."


class NotInternal(RuleBroken):
    """A publication names a step that is public already."""

    code = "not-internal"
    title_nl, title_en = "Al openbaar", "Already public"
    nl = "Stap {step} is al openbaar."
    en = "Step {step} is public already."


class PublicationIncomplete(RuleBroken):
    """A step is published without another that it cannot be read without."""

    code = "publication-incomplete"
    title_nl, title_en = "Openbaarmaking onvolledig", "Publication incomplete"
    nl = "Stap {step} kan niet openbaar worden zonder stap {other}."
    en = "Step {step} cannot be made public without step {other}."


class NotCorrectable(RuleBroken):
    """A correction touches what a step refers to, or what it decided."""

    code = "not-correctable"
    about_input = True
    title_nl, title_en = "Niet te corrigeren", "Not correctable"
    nl = "Het veld '{field}' van {event} is niet te corrigeren; leg daarvoor een nieuwe stap vast."
    en = "The field '{field}' of {event} cannot be corrected; record another step for that."


class CorrectionInvalid(RuleBroken):
    """A correction gives a field a value that the step could not have had."""

    code = "correction-invalid"
    about_input = True
    title_nl, title_en = "Ongeldige correctie", "Invalid correction"
    nl = "De waarde voor '{field}' past niet: {problem}"
    en = "The value for '{field}' does not fit: {problem}"


class CorrectionOfInternalIsPublic(RuleBroken):
    """A public correction would show that there is an internal step, and what it says."""

    code = "correction-of-internal-is-public"
    about_input = True
    title_nl, title_en = "Correctie van een interne stap", "Correction of an internal step"
    nl = "Stap {step} is intern; ook de correctie ervan is dat."
    en = "Step {step} is internal, and so is its correction."


class OutcomeNotStated(RuleBroken):
    """An approval is concluded without saying how: only the source of an import may."""

    code = "outcome-not-stated"
    about_input = True
    title_nl, title_en = "Uitkomst niet vermeld", "Outcome not stated"
    nl = "Zeg of toestemming '{id}' is verleend, geweigerd of ingetrokken."
    en = "Say whether approval '{id}' was granted, refused or withdrawn."


class NoTerm(RuleBroken):
    """There is no statutory term to extend or to be late on."""

    code = "no-term"
    title_nl, title_en = "Geen wettelijke termijn", "No statutory term"
    nl = "Voor toestemming '{id}' loopt geen wettelijke termijn."
    en = "No statutory term runs for approval '{id}'."


class NotExtendable(RuleBroken):
    """The law allows no (further) extension of this term without consent."""

    code = "not-extendable"
    title_nl, title_en = "Niet (nog eens) te verlengen", "Not to be extended (again)"
    nl = "De termijn van '{id}' kan niet (nog eens) worden verlengd zonder instemming."
    en = "The term of '{id}' cannot be extended (again) without consent."


class ExtensionTooLate(RuleBroken):
    """An extension was announced after the term, or the time to extend it, was over.

    Source: Awb 4:14; Awb 3:18, second paragraph.
    """

    code = "extension-too-late"
    title_nl, title_en = "Verlenging te laat", "Extension too late"
    nl = "Op {announced_on} was het te laat om de termijn van '{id}' te verlengen."
    en = "On {announced_on} it was too late to extend the term of '{id}'."


class ConsentNeedsDate(RuleBroken):
    """An extension by consent says not until when, or a statutory one says it does."""

    code = "consent-needs-date"
    about_input = True
    title_nl, title_en = "Datum bij instemming", "Date and consent go together"
    nl = "Een uitstel met instemming noemt de nieuwe datum; een wettelijke verlenging niet."
    en = "An extension by consent names the new date; a statutory one does not."


class NoticeTooEarly(RuleBroken):
    """Notice of default was given before the term was over (Awb 4:17, third paragraph)."""

    code = "notice-too-early"
    title_nl, title_en = "Ingebrekestelling te vroeg", "Notice of default too early"
    nl = "Op {received_on} was de termijn van '{id}' niet voorbij; ingebreke stellen kan daarna."
    en = "On {received_on} the term of '{id}' was not over; notice of default comes after."


class NothingAnnounced(RuleBroken):
    """An announcement names no date on which the decision was published or sent."""

    code = "nothing-announced"
    about_input = True
    title_nl, title_en = "Geen bekendmaking", "Nothing announced"
    nl = "Noem de datum van bekendmaking of verzending."
    en = "Name the date on which it was published or sent."


class AlreadyAnnounced(RuleBroken):
    """A decision is announced once; its objection term does not start anew."""

    code = "already-announced"
    title_nl, title_en = "Al bekendgemaakt", "Already announced"
    nl = "Besluit '{id}' is al bekendgemaakt; corrigeer zo nodig de eerdere stap."
    en = "Decision '{id}' was announced already; correct the earlier step if need be."


class NobodyNamed(RuleBroken):
    """An obstacle is reassigned to no one."""

    code = "nobody-named"
    about_input = True
    title_nl, title_en = "Niemand genoemd", "Nobody named"
    nl = "Noem de afdeling of de partij die de hobbel overneemt."
    en = "Name the department or the party that takes the obstacle over."


class NothingSaid(RuleBroken):
    """A command carries no steps, or a start among other steps."""

    code = "nothing-said"
    about_input = True
    title_nl, title_en = "Geen stappen", "No steps"
    nl = "Een opdracht bevat ten minste een stap; een traject begint met een eigen opdracht."
    en = "A command carries at least one step; a project starts with a command of its own."


class NormWithoutTerm(RuleBroken):
    """A threshold in days is set for a norm that knows none."""

    code = "norm-without-term"
    about_input = True
    title_nl, title_en = "Deze norm kent geen termijn", "This norm has no term"
    nl = "Voor de norm '{norm}' valt geen termijn in dagen te stellen."
    en = "No term in days can be set for the norm '{norm}'."


class ReservedText(RuleBroken):
    """A text holds the mark by which the log tells what it sealed."""

    code = "reserved-text"
    about_input = True
    title_nl, title_en = (
        "Tekens die het logboek zelf gebruikt",
        "Characters that the log itself uses",
    )
    nl = "Een tekst bevat '{mark}'; daarmee merkt het logboek wat het heeft verzegeld."
    en = "A text holds '{mark}', by which the log marks what it sealed."


class UnfitIssuer(RuleBroken):
    """An issuer is no address that discovery can start at, or holds a name and a password."""

    code = "unfit-issuer"
    about_input = True
    title_nl, title_en = "Deze uitgever is niet bruikbaar", "This issuer cannot be used"
    nl = (
        "'{issuer}' kan geen uitgever zijn: noem een adres met https, een naam, en zonder "
        "gebruikersnaam, wachtwoord, '?' of '#'."
    )
    en = (
        "'{issuer}' cannot be an issuer: give an address with https, a name, and without user "
        "name, password, '?' or '#'."
    )


class GranteeUnclear(RuleBroken):
    """A grant is for nobody, or for a person and a group at once."""

    code = "grantee-unclear"
    about_input = True
    title_nl, title_en = "Voor wie is de rol?", "Whom is the role for?"
    nl = "Een rol gaat naar een persoon ('subject') of een groep ('group'); noem een van beide."
    en = "A role goes to a person ('subject') or to a group ('group'); give one of the two."


class RoleIsForAll(RuleBroken):
    """A role that belongs to the municipality as a whole was limited to projects."""

    code = "role-is-for-all"
    about_input = True
    title_nl, title_en = "Deze rol geldt overal", "This role holds everywhere"
    nl = "De rol '{role}' geldt voor de hele gemeente en niet voor enkele trajecten."
    en = "The role '{role}' is of the whole municipality and not of some projects."


class TooMany(RuleBroken):
    """A municipality has as many of something as it may have."""

    code = "too-many"
    title_nl, title_en = "Dit zijn er te veel", "These are too many"
    nl = "Een gemeente heeft hoogstens {limit} van '{kind}'; trek er eerst een in."
    en = "A municipality has {limit} of '{kind}' at most; withdraw another first."


class UnfitAddress(RuleBroken):
    """Nothing can be sent to an address, or it holds a name and a password."""

    code = "unfit-address"
    about_input = True
    title_nl, title_en = "Dit adres is niet bruikbaar", "This address cannot be used"
    nl = (
        "Naar '{address}' valt niets te sturen: noem een adres met http of https, een naam, en "
        "zonder gebruikersnaam, wachtwoord of '#'."
    )
    en = (
        "Nothing can be sent to '{address}': give an address with http or https, a name, and "
        "without user name, password or '#'."
    )


class InternalNeedsHttps(RuleBroken):
    """What is internal would be sent where anyone on the way can read it."""

    code = "internal-needs-https"
    about_input = True
    title_nl, title_en = "Intern alleen over https", "Internal over https only"
    nl = "Wat intern is, wordt alleen over https verstuurd; '{address}' is dat niet."
    en = "What is internal is sent over https only, which '{address}' is not."


class TooManyWebhooks(RuleBroken):
    """A municipality has all the webhooks it may have."""

    code = "too-many-webhooks"
    title_nl, title_en = "Te veel webhooks", "Too many webhooks"
    nl = "Een gemeente heeft hoogstens {limit} webhooks; beëindig er eerst een."
    en = "A municipality has {limit} webhooks at most; end another first."


class SubscriptionIs(RuleBroken):
    """The state of a subscription does not allow this change of it."""

    code = "subscription-state"
    title_nl, title_en = (
        "De stand van het abonnement staat dit niet toe",
        "Wrong subscription state",
    )
    nl = "Dit kan niet: het abonnement staat op '{state}'."
    en = "This cannot be done: the subscription is '{state}'."


class UnknownPlan(RuleBroken):
    """A plan is named that the operator did not define."""

    code = "unknown-plan"
    about_input = True
    title_nl, title_en = "Onbekend abonnement", "Unknown plan"
    nl = "Er is geen abonnementsvorm '{plan}'."
    en = "There is no plan '{plan}'."


class LastDayNotOver(RuleBroken):
    """Data is to be destroyed while the municipality may still record."""

    code = "last-day-not-over"
    title_nl, title_en = "De laatste dag is nog niet voorbij", "The last day is not over"
    nl = "De gegevens kunnen pas na de laatste dag, {last_day}, worden vernietigd."
    en = "The data can be destroyed only after the last day, {last_day}."


class TermSetByLaw(RuleBroken):
    """A municipality sets a term that an act sets, from which no ordinance may depart."""

    code = "term-set-by-law"
    about_input = True
    title_nl, title_en = "Deze termijn staat in de wet", "This term is set by law"
    nl = "Van de termijn voor '{procedure}' kan een verordening niet afwijken."
    en = "No ordinance may depart from the term for '{procedure}'."
