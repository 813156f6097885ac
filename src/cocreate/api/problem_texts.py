"""What the problems of the API say, in Dutch and English.

Those of the domain's own rules stand with the rules, in :mod:`cocreate.domain.errors`.
"""

from __future__ import annotations

from typing import Final

import msgspec


class Text(msgspec.Struct, frozen=True):
    """A problem: its status, and its title and detail in both languages."""

    status: int
    title_nl: str
    title_en: str
    nl: str
    en: str


TEXTS: Final[dict[str, Text]] = {
    "invalid-input": Text(
        400,
        "De invoer klopt niet",
        "Invalid input",
        "De invoer klopt niet; 'errors' zegt per plaats wat er aan de hand is.",
        "The input is not valid; 'errors' says for each place what is wrong.",
    ),
    "bad-request": Text(
        400,
        "Het verzoek klopt niet",
        "Bad request",
        "Het verzoek is niet te verwerken zoals het is gesteld.",
        "The request cannot be handled the way it was made.",
    ),
    "unstorable": Text(
        400,
        "Niet op te slaan",
        "Cannot be stored",
        "De database kan deze opdracht niet opslaan, ook later niet. Er is niets vastgelegd.",
        "The database cannot hold this command, now or later. Nothing was recorded.",
    ),
    "unauthenticated": Text(
        401,
        "Geen geldige sleutel",
        "No valid key",
        "Stuur een geldige API-sleutel mee, 'Authorization: Bearer cck_...', of een token van een "
        "uitgever die de gemeente vertrouwt.",
        "Send a valid API key along, 'Authorization: Bearer cck_...', or a token of an issuer that "
        "the municipality trusts.",
    ),
    "another-origin": Text(
        403,
        "Verstuurd vanaf een andere website",
        "Sent from another website",
        "Dit is niet verstuurd vanaf een pagina van deze website. Er is niets vastgelegd.",
        "This was not sent from a page of this website. Nothing was recorded.",
    ),
    "forbidden": Text(
        403,
        "Niet toegestaan voor deze rol",
        "Not allowed for this role",
        "De rol '{role}' staat dit niet toe.",
        "The role '{role}' does not allow this.",
    ),
    "no-role-here": Text(
        403,
        "Hier geen rol",
        "No role here",
        "Deze sleutel of dit token geeft hier geen rol; misschien wel in een bepaald traject.",
        "This key or token gives no role here; it may give one in some project.",
    ),
    "divided-duties": Text(
        403,
        "Dat moet een ander doen",
        "Someone else has to",
        "Wie een toestemming aanvraagt, verleent haar niet: een ander moet '{approval}' verlenen.",
        "Whoever requests an approval does not grant it: someone else has to grant '{approval}'.",
    ),
    "insecure-issuer": Text(
        400,
        "Deze uitgever wordt niet geraadpleegd",
        "This issuer is not asked",
        "Uitgevers worden alleen over https geraadpleegd, tenzij de beheerder anders instelt.",
        "Issuers are asked over https only, unless the operator sets otherwise.",
    ),
    "another-municipality": Text(
        403,
        "Een andere gemeente",
        "Another municipality",
        "Alleen wie een sleutel van deze gemeente heeft, of de beheerder van de installatie, ziet "
        "haar eigen cijfers naast die van de andere.",
        "Only a key of that municipality, or the operator's, shows its own figures beside those "
        "of the others.",
    ),
    "subscription-suspended": Text(
        403,
        "Het abonnement is opgeschort",
        "The subscription is suspended",
        "De gemeente kan nu alleen lezen: haar abonnement is opgeschort. Er is niets vastgelegd.",
        "The municipality can only read now: its subscription is suspended. Nothing was recorded.",
    ),
    "subscription-leaving": Text(
        403,
        "De gemeente vertrekt",
        "The municipality leaves",
        "De laatste dag waarop deze gemeente iets vastlegt, is voorbij; zij kan nog lezen en haar "
        "gegevens meenemen.",
        "The last day on which this municipality records is over; it can still read, and take its "
        "data along.",
    ),
    "projects-used-up": Text(
        403,
        "Het abonnement heeft geen ruimte voor nog een traject",
        "The plan has no room for another project",
        "Er zijn zoveel trajecten als het abonnement toestaat. Vraag de beheerder van de "
        "installatie om een ander abonnement.",
        "There are as many projects as the plan allows. Ask the operator for another plan.",
    ),
    "keys-used-up": Text(
        403,
        "Het abonnement heeft geen ruimte voor nog een sleutel",
        "The plan has no room for another key",
        "Er zijn zoveel geldige sleutels als het abonnement toestaat. Trek er een in, of vraag de "
        "beheerder van de installatie om een ander abonnement.",
        "There are as many valid keys as the plan allows. Revoke one, or ask the operator for "
        "another plan.",
    ),
    "not-found": Text(
        404,
        "Niet gevonden",
        "Not found",
        "Hier is niets gevonden.",
        "There is nothing here.",
    ),
    "method-not-allowed": Text(
        405,
        "Methode niet toegestaan",
        "Method not allowed",
        "Deze methode is hier niet toegestaan; de header Allow noemt welke wel.",
        "This method is not allowed here; the header Allow tells which are.",
    ),
    "version-conflict": Text(
        409,
        "Een ander was eerder",
        "Another was first",
        "Er is intussen iets anders vastgelegd; 'since' zegt wat. Kijk of de stap nog klopt.",
        "Something else was recorded meanwhile; 'since' says what. See if the step still fits.",
    ),
    "municipality-exists": Text(
        409,
        "De gemeente is er al",
        "The municipality exists",
        "Gemeente {code} heeft al een logboek.",
        "Municipality {code} has a log already.",
    ),
    "key-issued": Text(
        409,
        "De sleutel is al gemaakt",
        "The key was made already",
        "Onder deze Idempotency-Key is sleutel '{id}' al gemaakt. Het geheim is eenmalig getoond; "
        "is het kwijt, trek de sleutel dan in en maak een nieuwe.",
        "Key '{id}' was made under this Idempotency-Key already. Its secret was shown once; where "
        "that is lost, revoke the key and make another.",
    ),
    "key-rotated": Text(
        409,
        "De sleutel heeft al een opvolger",
        "The key has a successor",
        "Sleutel '{id}' is de opvolger en is geldig. Is het geheim kwijt, trek die dan in en vraag "
        "opnieuw een opvolger.",
        "Key '{id}' is the successor, and valid. Where its secret is lost, revoke that one and ask "
        "for a successor again.",
    ),
    "administrator-exists": Text(
        409,
        "Er is al een beheerder",
        "There is an administrator",
        "Gemeente {code} heeft al een sleutel van een beheerder; die maakt de volgende sleutels.",
        "Municipality {code} has an administrator's key already; that one makes further keys.",
    ),
    "subscription-closed": Text(
        410,
        "De gemeente is er niet meer",
        "The municipality is no more",
        "Gemeente {code} is vertrokken; haar gegevens zijn vernietigd.",
        "Municipality {code} has left; its data was destroyed.",
    ),
    "version-mismatch": Text(
        412,
        "Niet meer de verwachte versie",
        "Not the expected version",
        "If-Match noemt een andere versie dan die er nu is; 'since' zegt wat er sindsdien is "
        "vastgelegd.",
        "If-Match names another version than there is now; 'since' says what was recorded since.",
    ),
    "too-large": Text(
        413,
        "Te groot",
        "Too large",
        "Het verzoek is groter dan {limit} bytes.",
        "The request is larger than {limit} bytes.",
    ),
    "unsupported-media-type": Text(
        415,
        "Geen JSON",
        "Not JSON",
        "De inhoud moet JSON zijn: 'Content-Type: application/json'.",
        "The content must be JSON: 'Content-Type: application/json'.",
    ),
    "key-reused": Text(
        422,
        "Idempotency-Key is al gebruikt",
        "Idempotency-Key was used before",
        "Deze Idempotency-Key hoort bij een eerdere opdracht die iets anders zei.",
        "This Idempotency-Key belongs to an earlier command that said something else.",
    ),
    "events-used-up": Text(
        429,
        "Voor vandaag is het genoeg",
        "Enough for today",
        "Vandaag is zoveel vastgelegd als het abonnement toestaat. Er is niets vastgelegd; "
        "Retry-After zegt hoeveel seconden het duurt tot middernacht in Nederland.",
        "As much was recorded today as the plan allows. Nothing was recorded; Retry-After tells "
        "how many seconds it is until midnight in the Netherlands.",
    ),
    "requests-used-up": Text(
        429,
        "Meer verzoeken dan het abonnement toestaat",
        "More requests than the plan allows",
        "Deze gemeente stelt meer verzoeken dan de {limit} per seconde van haar abonnement. "
        "Retry-After zegt over hoeveel seconden er weer een kan.",
        "This municipality makes more requests than the {limit} a second of its plan. Retry-After "
        "tells after how many seconds there can be another.",
    ),
    "internal-error": Text(
        500,
        "Er ging iets mis",
        "Something went wrong",
        "Er ging iets mis aan onze kant. Noem bij een melding het nummer in X-Request-Id.",
        "Something went wrong on our side. When reporting it, give the number in X-Request-Id.",
    ),
    "keys-unusable": Text(
        503,
        "Persoonsgegevens zijn niet te verzegelen of te openen",
        "Personal data can be neither sealed nor opened",
        "De hoofdsleutel van deze installatie ontbreekt of is niet de juiste. Er is niets "
        "vastgelegd.",
        "The master key of this installation is missing, or is not the right one. Nothing was "
        "recorded.",
    ),
    "log-unavailable": Text(
        503,
        "Het logboek is even niet bereikbaar",
        "The log is unavailable for now",
        "De database gaf geen antwoord. Of de opdracht is vastgelegd, is niet bekend; onder "
        "dezelfde Idempotency-Key kan zij veilig nog eens worden gestuurd.",
        "The database gave no answer. Whether the command was recorded is not known; it can "
        "safely be sent again under the same Idempotency-Key.",
    ),
    "busy": Text(
        503,
        "Te druk",
        "Too busy",
        "Er wachten al te veel verzoeken bij deze gemeente. Probeer het zo opnieuw.",
        "Too many requests are waiting at this municipality already. Try again in a moment.",
    ),
    "too-many-requests": Text(
        429,
        "Te veel verzoeken",
        "Too many requests",
        "U stuurt meer verzoeken dan hier per seconde zijn toegestaan. 'Retry-After' zegt over "
        "hoeveel seconden het weer kan.",
        "You send more requests a second than are allowed here. 'Retry-After' says in how many "
        "seconds there is room again.",
    ),
    "headers-too-large": Text(
        431,
        "De kopregels zijn te groot",
        "The headers are too large",
        "De kopregels van een verzoek mogen samen {limit} bytes zijn.",
        "The headers of a request may be {limit} bytes together.",
    ),
    "sent-too-slowly": Text(
        408,
        "Het verzoek kwam te langzaam binnen",
        "The request came in too slowly",
        "Het verzoek was niet op tijd helemaal binnen. Er is niets vastgelegd.",
        "The request was not here as a whole in time. Nothing was recorded.",
    ),
    "took-too-long": Text(
        503,
        "Het antwoord liet te lang op zich wachten",
        "The answer took too long",
        "Het verzoek kon niet op tijd worden behandeld. Of een opdracht is vastgelegd, is niet "
        "bekend; onder dezelfde Idempotency-Key kan zij veilig nog eens worden gestuurd.",
        "The request could not be handled in time. Whether a command was recorded is not known; "
        "it can safely be sent again under the same Idempotency-Key.",
    ),
    "overloaded": Text(
        503,
        "Te veel verzoeken tegelijk",
        "Too many requests at once",
        "Dit proces behandelt al zoveel verzoeken als het aankan. Probeer het zo nog eens.",
        "This process handles as many requests as it can already. Try again in a moment.",
    ),
    "not-ready": Text(
        503,
        "Nog niet, of niet meer, klaar voor verzoeken",
        "Not ready for requests, or no longer",
        "Dit proces kan nu geen verzoeken behandelen; wat ontbreekt is: {lack}.",
        "This process cannot handle requests now; what it lacks is: {lack}.",
    ),
    "too-many-streams": Text(
        503,
        "Te veel lezers tegelijk",
        "Too many readers at once",
        "Er volgen nu te veel lezers het logboek. Probeer het later nog eens, of lees de stappen "
        "per bladzijde.",
        "Too many readers follow the log at present. Try again later, or read the steps a page "
        "at a time.",
    ),
    "not-fresh": Text(
        503,
        "Nog niet bijgewerkt",
        "Not up to date yet",
        "Wat is gevraagd, is nog niet verwerkt tot de gevraagde positie. Vraag het zo nog eens.",
        "What was asked has not come to the position that was asked. Ask again in a moment.",
    ),
    "tree-behind": Text(
        503,
        "Nog niet ondertekend",
        "Not signed yet",
        "De boom van dit log is nog niet tot hier ondertekend. Vraag het zo nog eens.",
        "The tree of this log was not signed up to here yet. Ask again in a moment.",
    ),
    "unproven": Text(
        400,
        "Klopt niet",
        "Does not hold",
        "Dit is geen medeondertekening van een checkpoint van dit log: {problem}.",
        "This is no cosignature of a checkpoint of this log: {problem}.",
    ),
    "issuer-unavailable": Text(
        503,
        "De uitgever antwoordt niet",
        "The issuer gives no answer",
        "De sleutels van de uitgever van dit token zijn nu niet op te vragen. Probeer het zo weer.",
        "The keys of the issuer of this token cannot be had at present. Try again in a moment.",
    ),
    "being-built": Text(
        503,
        "Wordt opgebouwd",
        "Being built",
        "'{projection}' wordt uit het logboek opgebouwd en is nog niet volledig. Vraag het straks "
        "nog eens.",
        "'{projection}' is being built from the log and is not complete yet. Ask again later.",
    ),
}

INPUT: Final[dict[str, tuple[str, str]]] = {
    "invalid-json": ("Dit is geen geldige JSON: {problem}", "This is not valid JSON: {problem}"),
    "too-deep": ("De JSON is te diep genest.", "The JSON is nested too deep."),
    "required": ("Dit veld is verplicht.", "This field is required."),
    "unknown-parameter": ("Deze parameter is onbekend.", "This parameter is unknown."),
    "unknown-field": ("Dit veld is onbekend.", "This field is unknown."),
    "wrong-type": ("Verwacht: {expected}.", "Expected: {expected}."),
    "too-short": ("Te kort; ten minste {limit}.", "Too short; at least {limit}."),
    "too-long": ("Te lang; hoogstens {limit}.", "Too long; at most {limit}."),
    "too-small": ("Te klein; ten minste {limit}.", "Too small; at least {limit}."),
    "too-large": ("Te groot; hoogstens {limit}.", "Too large; at most {limit}."),
    "wrong-pattern": ("Past niet op het patroon {pattern}.", "Does not fit the pattern {pattern}."),
    "not-in-list": ("Kies uit: {choices}.", "Choose from: {choices}."),
    "not-a-date": (
        "Verwacht een bestaande datum als 2025-01-31.",
        "Expected an existing date such as 2025-01-31.",
    ),
    "not-a-moment": (
        "Verwacht een moment met tijdzone als 2025-01-31T12:00:00Z.",
        "Expected a moment with an offset, such as 2025-01-31T12:00:00Z.",
    ),
    "no-project": ("Dit traject is er niet.", "There is no such project."),
    "in-the-past": ("Noem een moment dat nog komt.", "Name a moment that is still to come."),
    "address-not-allowed": (
        "Hiernaartoe wordt niets gestuurd: {problem}.",
        "Nothing is sent to this address: {problem}.",
    ),
    "invalid": ("Ongeldige waarde: {problem}", "Invalid value: {problem}"),
    "wrong-idempotency-key": (
        "Verwacht 1 tot 255 zichtbare tekens.",
        "Expected 1 to 255 visible characters.",
    ),
    "wrong-if-match": (
        'Verwacht een enkele versie als "12", of *.',
        'Expected a single version such as "12", or *.',
    ),
}
"""What is wrong with a field, by code: Dutch and English."""
