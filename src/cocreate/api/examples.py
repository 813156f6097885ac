"""An example for every operation that takes a body.

Those of the steps tell one story, in this order: residents want lamps in a tunnel.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Example = Mapping[str, Any]

PROJECT_ID = "0b6f3c1e-8f64-4f0a-9d0c-5d3f6a1c2b7e"

_DOCUMENT = {
    "title": "Raadsbesluit verlichting tunnel",
    "url": "https://raad.voorbeeldgemeente.nl/2025/besluit-41.pdf",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "category": "decisions",
}

STEP_EXAMPLES: Mapping[str, Example] = {
    "projects": {
        "occurredOn": "2024-09-02",
        "title": "Lampen in de fietstunnel",
        "summary": "Bewoners willen dat de fietstunnel onder het spoor 's avonds licht is.",
        "sector": "safety",
        "initiative": "residents",
        "department": "Openbare ruimte",
        "place": "Fietstunnel Spoorzone",
    },
    "suitability-assessments": {
        "occurredOn": "2024-09-05",
        "verdict": "conditions",
        "politicalSensitivity": "low",
        "rulePressure": "high",
        "body": "college",
        "motivation": "De wens is breed gedragen; het spoor vraagt toestemming van ProRail.",
        "conditions": ["ProRail doet vanaf het begin mee"],
    },
    "parties": {
        "occurredOn": "2024-09-06",
        "party": "bewonersgroep",
        "kind": "group",
        "position": "external",
        "name": "Bewonersgroep Spoorzone",
        "contact": "spoorzone@voorbeeld.nl",
        "carries": True,
    },
    "mandates": {
        "occurredOn": "2024-09-06",
        "role": "directs",
        "party": "bewonersgroep",
        "body": "college",
        "scope": "De keuze van de armaturen",
    },
    "frameworks": {
        "occurredOn": "2024-09-09",
        "level": "co-produce",
        "fixed": ["Budget van 40.000 euro", "De tunnel blijft open voor fietsers"],
        "open": ["Soort lampen", "Kleur van het licht"],
        "body": "college",
        "before": "Het besluit van de raad in januari",
    },
    "sessions": {
        "occurredOn": "2024-09-17",
        "session": "avond-1",
        "workForm": "workshop",
        "title": "Avond in het buurthuis",
        "invited": 400,
        "attended": 63,
        "reached": ["Fietsers", "Ouders van leerlingen"],
        "missed": ["Jongeren"],
        "parties": ["bewonersgroep"],
    },
    "wishes": {
        "occurredOn": "2024-09-17",
        "wish": "lampen",
        "title": "Lampen in de tunnel",
        "text": "Het is er na zonsondergang zo donker dat mensen omfietsen.",
        "by": "bewonersgroep",
        "session": "avond-1",
        "theme": "verlichting",
    },
    "wish-supports": {"occurredOn": "2024-09-20", "wish": "lampen", "supporters": 212},
    "wish-splits": {
        "occurredOn": "2024-09-23",
        "wish": "lampen",
        "into": [
            {"wish": "licht", "title": "Goed licht in de tunnel"},
            {"wish": "spiegel", "title": "Een spiegel in de bocht"},
        ],
        "reason": "Licht en zicht vragen elk een eigen oplossing.",
    },
    "wish-mergers": {
        "occurredOn": "2024-09-24",
        "wishes": ["licht", "spiegel"],
        "into": "veilig",
        "title": "Een veilige tunnel",
        "reason": "De bewoners zien het toch als een geheel.",
    },
    "wish-withdrawals": {
        "occurredOn": "2024-09-25",
        "wish": "muziek",
        "reason": "De indiener vindt rust bij nader inzien fijner.",
    },
    "proposals": {
        "occurredOn": "2024-10-01",
        "proposal": "led",
        "title": "Ledlampen met bewegingsmelder",
        "text": "Twaalf armaturen, gedimd wanneer er niemand is.",
        "answers": ["veilig"],
        "by": "bewonersgroep",
    },
    "proposal-revisions": {
        "occurredOn": "2024-10-08",
        "proposal": "led",
        "title": "Ledlampen met bewegingsmelder en een spiegel",
        "answers": ["veilig"],
        "reason": "De spiegel hoort erbij.",
    },
    "proposal-splits": {
        "occurredOn": "2024-10-09",
        "proposal": "led",
        "into": [
            {"proposal": "lamp", "title": "Ledlampen", "answers": ["veilig"]},
            {"proposal": "bocht", "title": "Een spiegel in de bocht", "answers": ["veilig"]},
        ],
    },
    "proposal-mergers": {
        "occurredOn": "2024-10-10",
        "proposals": ["lamp", "bocht"],
        "into": "plan",
        "title": "Plan Spoorzone",
    },
    "proposal-withdrawals": {
        "occurredOn": "2024-10-11",
        "proposal": "fakkels",
        "reason": "Open vuur mag niet in een tunnel.",
    },
    "advice": {
        "occurredOn": "2024-10-21",
        "advice": "advies-brandweer",
        "about": ["plan"],
        "adviser": "Veiligheidsregio",
        "conclusion": "positive-with-conditions",
        "text": "De kabels moeten brandvertragend zijn.",
    },
    "decisions": {
        "occurredOn": "2025-01-23",
        "decision": "raadsbesluit",
        "body": "council",
        "bodyName": "Gemeenteraad",
        "title": "Verlichting fietstunnel Spoorzone",
        "reference": "2025/41",
        "outcomes": [
            {
                "subject": "plan",
                "outcome": "rejected",
                "deviation": {
                    "ground": "budget",
                    "motivation": "De bewegingsmelders kosten meer dan het budget toelaat.",
                    "alternatives": ["Lampen zonder bewegingsmelder"],
                    "tension": {"between": "responsiveness", "and": "efficiency"},
                },
                "deviationId": "afwijking-plan",
            }
        ],
        "motivation": "De raad kiest voor gewone lampen; de spiegel komt er.",
        "votes": {"inFavour": 23, "against": 12, "abstained": 2},
        "legalBasis": "Gemeentewet art. 108",
        "openToObjection": True,
        "documents": [_DOCUMENT],
    },
    "decision-announcements": {
        "occurredOn": "2025-01-27",
        "decision": "raadsbesluit",
        "publishedOn": "2025-01-27",
        "sentOn": "2025-01-27",
    },
    "deviations": {
        "occurredOn": "2025-02-03",
        "deviation": "afwijking-kleur",
        "decision": "raadsbesluit",
        "subjects": ["veilig"],
        "ground": "technical",
        "motivation": "Warm licht geeft op de camera's te weinig beeld.",
        "body": "college",
    },
    "deviation-motivations": {
        "occurredOn": "2025-02-04",
        "deviation": "afwijking-bron",
        "ground": "policy",
        "motivation": "Het lichtplan van 2021 gaat uit van wit licht.",
    },
    "deviation-contests": {
        "occurredOn": "2025-02-10",
        "deviation": "afwijking-plan",
        "by": "bewonersgroep",
        "text": "Met de subsidie van de provincie past het wel.",
    },
    "deviation-settlements": {
        "occurredOn": "2025-02-24",
        "deviation": "afwijking-plan",
        "settlement": "agreed",
        "text": "De bewegingsmelders komen er alsnog, met de subsidie.",
    },
    "feedback": {
        "occurredOn": "2025-02-26",
        "about": ["veilig", "afwijking-plan"],
        "channel": "letter",
        "text": "U vroeg om licht. Dit is besloten, en dit is waarom.",
        "reached": 275,
    },
    "approvals": {
        "occurredOn": "2025-03-03",
        "approval": "vergunning",
        "kind": "permit",
        "title": "Omgevingsvergunning armaturen",
        "authority": "ProRail",
        "department": "Vergunningen",
        "procedure": "omgevingswet-regular",
        "neededFor": ["plan"],
    },
    "approval-suspensions": {
        "occurredOn": "2025-03-10",
        "approval": "vergunning",
        "ground": "incomplete-application",
        "reason": "De tekening van de kabelgoot ontbreekt.",
    },
    "approval-resumptions": {
        "occurredOn": "2025-03-17",
        "approval": "vergunning",
        "reason": "De tekening is ontvangen.",
    },
    "approval-extensions": {
        "occurredOn": "2025-03-24",
        "approval": "vergunning",
        "reason": "Het advies van de welstand laat op zich wachten.",
    },
    "term-recalculations": {
        "occurredOn": "2025-03-25",
        "approval": "vergunning",
        "reason": "Een dag is bij koninklijk besluit vrij verklaard.",
    },
    "notices-of-default": {
        "occurredOn": "2025-09-01",
        "approval": "vergunning",
        "text": "De termijn is verstreken; ik stel u in gebreke.",
    },
    "approval-grants": {
        "occurredOn": "2025-09-04",
        "approval": "vergunning",
        "conditions": ["Werken buiten de dienstregeling"],
        "reference": "OV-2025-112",
    },
    "approval-refusals": {
        "occurredOn": "2025-04-01",
        "approval": "monument",
        "motivation": "De gevel is een rijksmonument.",
        "legalBasis": "Erfgoedwet art. 9.1",
    },
    "approval-withdrawals": {
        "occurredOn": "2025-04-02",
        "approval": "kabels",
        "reason": "Niet meer nodig: de kabels liggen er al.",
    },
    "approval-conclusions": {"occurredOn": "2025-04-03", "approval": "oud"},
    "obstacles": {
        "occurredOn": "2025-03-05",
        "obstacle": "geen-antwoord",
        "category": "internal-collaboration",
        "title": "Beheer wil de lampen niet overnemen",
        "department": "Beheer",
        "owner": "bewonersgroep",
        "blocks": ["plan"],
        "tension": {"between": "continuity", "and": "responsiveness"},
    },
    "obstacle-escalations": {
        "occurredOn": "2025-03-12",
        "obstacle": "geen-antwoord",
        "to": "De gemeentesecretaris",
    },
    "obstacle-reassignments": {
        "occurredOn": "2025-03-13",
        "obstacle": "geen-antwoord",
        "department": "Openbare ruimte",
        "reason": "Daar zit het budget.",
    },
    "interventions": {
        "occurredOn": "2025-03-14",
        "intervention": "verbinder",
        "kind": "boundary-spanner-appointed",
        "title": "Een verbinder tussen beheer en de wijk",
        "obstacles": ["geen-antwoord"],
    },
    "intervention-outcomes": {
        "occurredOn": "2025-03-28",
        "intervention": "verbinder",
        "outcome": "resolved",
        "text": "Beheer neemt de lampen over.",
    },
    "obstacle-resolutions": {
        "occurredOn": "2025-03-28",
        "obstacle": "geen-antwoord",
        "text": "Beheer neemt de lampen over.",
        "interventions": ["verbinder"],
    },
    "obstacle-acceptances": {
        "occurredOn": "2025-03-28",
        "obstacle": "lange-route",
        "reason": "Een andere route voor de kabel is er niet.",
    },
    "commitments": {
        "occurredOn": "2025-02-24",
        "commitment": "lampen-voor-de-winter",
        "title": "De lampen branden voor de winter",
        "by": "Wethouder Openbare ruimte",
        "to": "Bewonersgroep Spoorzone",
        "dueOn": "2025-10-26",
        "about": ["veilig"],
    },
    "commitment-changes": {
        "occurredOn": "2025-09-15",
        "commitment": "lampen-voor-de-winter",
        "dueOn": "2025-11-30",
        "reason": "De vergunning kwam later.",
    },
    "commitment-fulfilments": {
        "occurredOn": "2025-10-20",
        "commitment": "lampen-voor-de-winter",
        "text": "De lampen branden.",
    },
    "commitment-breaches": {
        "occurredOn": "2025-10-20",
        "commitment": "bankje",
        "reason": "Er is geen plek voor een bankje.",
    },
    "milestones": {
        "occurredOn": "2025-10-20",
        "milestone": "licht-aan",
        "title": "De eerste avond met licht",
    },
    "final-reports": {
        "occurredOn": "2025-12-01",
        "title": "Eindverslag lampen in de tunnel",
        "to": ["de gemeenteraad", "alle deelnemers"],
        "body": "council",
        "differsFromPlan": "De schouw kwam erbij, op verzoek van de buurt.",
    },
    "wish-realisations": {
        "occurredOn": "2025-10-20",
        "wish": "veilig",
        "text": "De lampen branden en de spiegel hangt.",
    },
    "realisation-judgements": {
        "occurredOn": "2025-10-27",
        "wish": "veilig",
        "word": "confirmed",
        "by": "bewonersgroep",
        "text": "We fietsen er weer.",
    },
    "reflections": {
        "occurredOn": "2025-10-28",
        "title": "Haal beheer er eerder bij",
        "text": "Wie het later onderhoudt, moet aan het begin aan tafel.",
        "tension": {"between": "participation", "and": "continuity"},
        "competences": ["connecting", "persistence"],
    },
    "departures": {
        "occurredOn": "2025-10-28",
        "party": "bewonersgroep",
        "reason": "Het werk is gedaan.",
    },
    "pauses": {"occurredOn": "2025-10-29", "reason": "Wachten op de eindafrekening."},
    "resumptions": {"occurredOn": "2025-10-30", "reason": "De eindafrekening is er."},
    "completions": {
        "occurredOn": "2025-10-31",
        "result": "Twaalf lampen en een spiegel; 275 bewoners kregen antwoord.",
    },
    "stops": {"occurredOn": "2025-10-31", "reason": "De spoorbeheerder sluit de tunnel."},
    "erasures": {
        "occurredOn": "2025-10-31",
        "party": "bewonersgroep",
        "ground": "no-longer-necessary",
    },
    "corrections": {
        "occurredOn": "2025-11-03",
        "step": 1,
        "changes": {"title": "Lampen in de fietstunnel Spoorzone"},
        "reason": "De titel noemde de plek niet.",
    },
    "publications": {
        "occurredOn": "2025-11-04",
        "steps": [2],
        "reason": "Het antwoord en de toelichting gaan samen naar buiten.",
    },
}
"""By the noun of the step."""

COMMAND_EXAMPLE: Example = {
    "steps": [
        {
            "noun": "wishes",
            "occurredOn": "2024-09-17",
            "wish": "bankje",
            "title": "Een bankje bij de tunnel",
        },
        {"noun": "wish-supports", "occurredOn": "2024-09-17", "wish": "bankje", "supporters": 8},
    ]
}

MUNICIPALITY_EXAMPLE: Example = {"occurredOn": "2024-01-02", "code": "GM0503", "name": "Delft"}
VISIBILITY_EXAMPLE: Example = {
    "occurredOn": "2024-01-02",
    "steps": "reflections",
    "default": "public",
}
DECREE_DAY_EXAMPLE: Example = {
    "occurredOn": "2024-01-02",
    "day": "2024-12-27",
    "publication": "Stcrt. 2023, 12345",
}
NORMS_EXAMPLE: Example = {
    "occurredOn": "2024-01-02",
    "version": "2024-1",
    "title": "Normen bij de participatieverordening",
    "basis": "Participatieverordening 2023, artikel 7",
    "validFrom": "2024-02-01",
    "thresholds": [{"norm": "deviations-fed-back", "days": 30}],
}
COMPARISON_EXAMPLE: Example = {
    "occurredOn": "2024-01-02",
    "takesPart": True,
    "body": "college",
    "motivation": "Wij leren graag van anderen.",
}
KEY_EXAMPLE: Example = {
    "role": "official",
    "label": "Zaaksysteem",
    "expiresAt": "2031-01-01T00:00:00Z",
}
SETTINGS_EXAMPLE: Example = {
    "occurredOn": "2024-01-02",
    "languages": ["nl", "en"],
    "publicPortal": True,
    "retentionYears": 20,
    "theme": {"primaryColour": "#154273", "logo": "https://www.voorbeeldgemeente.nl/logo.svg"},
    "terms": [
        {
            "procedure": "awb-reasonable",
            "weeks": 10,
            "extensionWeeks": 4,
            "ordinance": "Algemene plaatselijke verordening 2023, artikel 1:2",
            "validFrom": "2024-02-01",
        }
    ],
}
PLAN_EXAMPLE: Example = {
    "occurredOn": "2024-01-02",
    "plan": "klein",
    "title": "Kleine gemeente",
    "quotas": {"projects": 50, "keys": 20, "eventsPerDay": 5000, "requestsPerSecond": 100},
}
SUBSCRIPTION_EXAMPLES: Mapping[str, Example] = {
    "subscriptions": {
        "occurredOn": "2024-01-02",
        "code": "GM1979",
        "name": "Eemsdelta",
        "plan": "default",
    },
    "activations": {"occurredOn": "2024-02-01"},
    "plan-changes": {"occurredOn": "2024-06-03", "plan": "default"},
    "suspensions": {"occurredOn": "2024-09-02", "reason": "De rekening staat lang open."},
    "resumptions": {"occurredOn": "2024-09-16"},
    "leaving-announcements": {
        "occurredOn": "2024-10-01",
        "lastDay": "2024-12-31",
        "announcedBy": "Het college van burgemeester en wethouders",
    },
}
"""By the noun of the step, in the order of a story."""

ROTATION_EXAMPLE: Example = {"overlapHours": 48, "expiresAt": "2032-01-01T00:00:00Z"}
ISSUER_EXAMPLE: Example = {
    "occurredOn": "2024-01-02",
    "issuer": "https://inloggen.delft.example/realms/medewerkers",
    "audience": "https://cocreate.example",
    "algorithms": ["RS256", "PS256"],
    "rolesClaim": ["realm_access", "roles"],
    "roles": [
        {"value": "cocreate-ambtenaar", "role": "official"},
        {"value": "cocreate-griffie", "role": "clerk"},
    ],
    "groupsClaim": ["groups"],
    "clockSkewSeconds": 30,
    "pages": {"client": "cocreate-pages", "scope": "openid cocreate"},
}
ISSUER_WITHDRAWAL_EXAMPLE: Example = {
    "occurredOn": "2024-01-03",
    "issuer": "https://inloggen.delft.example/realms/medewerkers",
    "reason": "Wij gaan over naar een andere leverancier.",
}
GRANT_EXAMPLE: Example = {
    "occurredOn": "2024-01-02",
    "grant": "tunnel-team",
    "issuer": "https://inloggen.delft.example/realms/medewerkers",
    "group": "/afdelingen/openbare-ruimte",
    "role": "official",
}
REVOCATION_EXAMPLE: Example = {
    "occurredOn": "2024-01-03",
    "grant": "tunnel-team",
    "reason": "Het traject is overgedragen.",
}
DUTIES_EXAMPLE: Example = {"occurredOn": "2024-01-02", "dividedForKeys": True}
ACTOR_EXAMPLE: Example = {
    "issuer": "https://inloggen.delft.example/realms/medewerkers",
    "subject": "5e1f0a7c-5b1c-4f0e-9d53-2f9b8f2f4c11",
}
_WEBHOOK = {"occurredOn": "2026-03-02", "webhook": "zaaksysteem"}
WEBHOOK_EXAMPLES: Mapping[str, Mapping[str, object]] = {
    "webhooks": {
        **_WEBHOOK,
        "title": "Zaaksysteem",
        "address": "https://zaken.example.nl/hooks/cocreate",
        "types": ["WishExpressed", "DecisionRecorded"],
    },
    "webhook-changes": {
        **_WEBHOOK,
        "title": "Zaaksysteem",
        "address": "https://zaken.example.nl/hooks/cocreate",
        "mode": "batched",
    },
    "webhook-pauses": _WEBHOOK,
    "webhook-resumptions": _WEBHOOK,
    "webhook-ends": {**_WEBHOOK, "motivation": "Het zaaksysteem wordt vervangen."},
    "webhook-secrets": {**_WEBHOOK, "overlapHours": 48},
    "webhook-redeliveries": {**_WEBHOOK, "after": 120},
}
