"""IJsselstein: a playground that moved, gates on one word, seven years, heights, young people."""

from datetime import date

from cocreate.demo.telling import (
    Story,
    accept,
    adopted,
    approval,
    broken,
    changed,
    commitment,
    complete,
    confirmed,
    contest,
    days_before,
    decided,
    decision,
    deferred,
    directs,
    escalate,
    feedback,
    final_report,
    framework,
    inside,
    intervention,
    judge,
    milestone,
    obstacle,
    official,
    outside,
    pause,
    proposal,
    public,
    realised,
    reflection,
    rejected,
    resolve,
    session,
    split_wish,
    start,
    stop,
    suitability,
    support,
    suspend,
    tension,
    told,
    wish,
)

# fmt: off
# One step a paragraph: a story is filled as text is, so that it reads as one.

GRIFFIE = "griffie IJsselstein"
COLLEGE = "bestuurssecretariaat IJsselstein"


def playground_that_moved(today: date) -> Story:
    """Tell of two evenings about a ball court, and a letter that put it on a car park."""
    ago = days_before(today)
    lead = "projectleider spelen"
    return Story("GM0353", "speelveld-dat-verhuisde", (
        told(ago(440), lead,
            start("Het speelveld dat verhuisde", "Kinderen en ouders praten twee avonden over een "
                "balveld in het park.", sector="public-space", initiative="municipality",
                department="Openbare Ruimte", place="Merelpark")),
        told(ago(440), lead,
            official("spelen", "B. van Zanten", "Openbare Ruimte", "projectleider"),
            outside("kinderen", "group", "Kinderraad Merelpark", "spelen er"),
            outside("omwonenden", "group", "Omwonenden Merelpark", "wonen ernaast"),
            framework("advise", "plek en inrichting van het balveld", body="college",
                fixed=["Een balveld"], open=["Plek in het park", "Soort hek"])),
        told(ago(425), lead,
            session("avond-een", "workshop", "Eerste avond: wat voor veld?", invited=300,
                attended=41, reached=["kinderen", "ouders"]),
            wish("wens-balveld", "Een balveld in het park", by="kinderen", session="avond-een"),
            wish("wens-rust", "Na negen uur stil", by="omwonenden", session="avond-een"),
            support("wens-balveld", 126),
            support("wens-rust", 33)),
        told(ago(400), lead,
            session("avond-twee", "design-session", "Tweede avond: waar precies?", attended=38,
                reached=["kinderen", "omwonenden"]),
            proposal("plan-heuvel", "Balveld achter de heuvel", "Uit de wind, ver van de huizen.",
                answers=["wens-balveld", "wens-rust"], by="kinderen")),
        decided(ago(330), COLLEGE,
            decision("besluit-veld", "college", "Balveld op de parkeerplaats",
                "Het college kiest de plek met de minste kosten.", reference="BW-25-112",
                sent_on=ago(328), outcomes=[changed("plan-heuvel", "afwijking-parkeerplaats",
                "budget", "Achter de heuvel moet de grond eerst worden opgehoogd. Dat kost 70.000 "
                "euro meer. Daarom komt het veld op de parkeerplaats.")])),
        told(ago(310), lead,
            contest("afwijking-parkeerplaats", "Over de parkeerplaats is op geen van beide avonden "
                "gesproken. Ons plan voor een lagere heuvel kreeg geen antwoord.", by="kinderen"),
            obstacle("hobbel-vertrouwd", "trust-and-culture", "Kinderen willen niet meer meepraten",
                "Twee avonden voor niets, zegt de kinderraad.", department="Openbare Ruimte")),
        told(ago(290), lead,
            wish("wens-lage-heuvel", "Een lagere heuvel, dan past het wel", by="kinderen"),
            wish("wens-parkeren", "Onze parkeerplekken terug", by="omwonenden"),
            support("wens-parkeren", 64)),
        told(ago(180), lead,
            commitment("toezegging-antwoord", "Antwoord aan de kinderraad", "wethouder spelen",
                "Kinderraad Merelpark", ago(110), about=["afwijking-parkeerplaats"])),
    ))


def gates_on_one_word(today: date) -> Story:
    """Tell of gates that came because one man said the street agreed."""
    ago = days_before(today)
    lead = "gebiedsmakelaar"
    return Story("GM0353", "hekken-op-een-woord", (
        told(ago(590), lead,
            start("Hekken in de brandgang", "Een bewoner vraagt om hekken in de brandgang tegen "
                "inbraak. De hele straat is ervoor, zegt hij.", sector="safety",
                initiative="residents", department="Veiligheid en Wijken", place="Gruttolaan")),
        told(ago(590), lead,
            official("makelaar", "E. Schipper", "Veiligheid en Wijken", "gebiedsmakelaar"),
            outside("aanvrager", "resident", "De heer W. Hartog", "vraagt om hekken"),
            outside("tegen", "group", "Bewoners oneven kant", "gebruiken de brandgang"),
            wish("wens-hekken", "Hekken en licht in de brandgang",
                "De hele straat is het ermee eens.", by="aanvrager"),
            support("wens-hekken", 1, by="aanvrager")),
        decided(ago(560), COLLEGE,
            decision("besluit-proefhekken", "official-under-mandate", "Proef met twee hekken",
                "De straat is het eens en de kosten zijn laag.", sent_on=ago(558),
                outcomes=[adopted("wens-hekken")])),
        told(ago(530), lead,
            milestone("hekken-staan", "De proefhekken staan"),
            obstacle("hobbel-draagvlak", "representation-and-inclusion",
                "De straat was het niet eens", "Niemand heeft nagevraagd of het klopte. Zestien "
                "huizen komen niet meer bij hun schuur.", department="Veiligheid en Wijken",
                tension=tension("responsiveness", "representation"))),
        told(ago(520), lead,
            wish("wens-open", "De brandgang weer open", by="tegen"),
            support("wens-open", 16, by="tegen"),
            wish("wens-beide", "Veilig en bereikbaar", by="tegen"),
            split_wish("wens-beide", [{"wish": "wens-lamp",
                "title": "Een lamp met sensor in de brandgang"}, {"wish": "wens-slot",
                "title": "Goede sloten op de schuren"}],
                "Over licht en sloten gaan andere afdelingen.")),
        told(ago(500), lead,
            intervention("rondje-deuren", "process-redesigned", ["hobbel-draagvlak"],
                "Alsnog langs alle deuren"),
            session("deuren", "door-to-door", "Langs 38 deuren", attended=34,
                reached=["beide kanten van de straat"])),
        told(ago(480), lead,
            judge("rondje-deuren", "resolved", "21 huizen tegen, 9 voor, 4 maakt het niet uit."),
            resolve("hobbel-draagvlak", "De mening van de hele straat is bekend.",
                interventions=["rondje-deuren"])),
        decided(ago(465), COLLEGE,
            decision("besluit-weg", "college", "Hekken weg, licht erbij", "Bereikbaarheid weegt "
                "zwaarder en licht helpt ook tegen inbraak.", sent_on=ago(463),
                published_on=ago(463), outcomes=[adopted("wens-open"), adopted("wens-lamp"),
                adopted("wens-slot"), rejected("wens-hekken", "afwijking-hekken",
                "conflicting-wish", "De meeste bewoners willen geen hekken. Zij komen anders niet "
                "bij hun schuur.", alternatives=("Hek met een code",
                "Hek alleen 's nachts dicht"))])),
        told(ago(460), lead,
            feedback("brief-straat", "letter", "De hekken gaan weg. Er komt een lamp. Wij hadden "
                "eerst bij u allemaal moeten vragen.", about=["besluit-weg"], reached=38)),
        told(ago(410), lead,
            realised("wens-open", "De hekken zijn weg."),
            realised("wens-lamp", "De lamp hangt."),
            confirmed("wens-open", by="tegen"),
            confirmed("wens-lamp", by="tegen")),
        told(ago(370), lead,
            realised("wens-slot", "22 schuren hebben een nieuw slot."),
            complete("De brandgang is open, verlicht en er is een jaar niet ingebroken."),
            final_report("eindverslag-brandgang", "Eindverslag: de brandgang gaat open",
                ["het college", "alle deuren van de straat"], body="college",
                differs_from_plan="De proef met hekken was niet met de hele straat besproken."),
            reflection("les-een-woord", "Een stem is geen straat",
                "Ik geloofde een vriendelijke man. Vraag altijd na.", competences=["listening",
                "political-sensitivity"])),
    ))


def seven_years() -> Story:
    """Tell of a motion that asked for a say from the first moment, and a plan seven years later."""
    lead = "programmamanager energie"
    return Story("GM0353", "zeven-jaar-wachten", (
        told(date(2017, 6, 15), lead,
            start("Inspraak over windmolens, vanaf het begin", "De raad vraagt in een motie dat "
                "bewoners vanaf het eerste moment meepraten over wind.",
                sector="energy-and-environment", initiative="municipality",
                department="Energie en Ruimte", place="Polder Lage Biezen")),
        told(date(2017, 6, 15), lead,
            inside("energie", "Programma energie", "Energie en Ruimte", "programma"),
            outside("polder", "group", "Bewoners van de polder", "wonen er"),
            wish("wens-meepraten", "Meepraten voordat de plek vaststaat", by="polder"),
            wish("wens-geen-molens", "Geen molens binnen een kilometer", by="polder"),
            support("wens-meepraten", 380),
            support("wens-geen-molens", 290),
            commitment("toezegging-motie", "Bewoners praten mee vanaf het eerste moment", "college",
                "gemeenteraad")),
        told(date(2019, 10, 8), lead,
            obstacle("hobbel-regio", "external-dependency", "De regio kiest de zoekgebieden",
                "De keuze valt aan een tafel waar bewoners niet zitten.",
                department="Energie en Ruimte", blocks=["wens-meepraten"])),
        told(date(2021, 3, 16), lead,
            escalate("hobbel-regio", "regiobestuur"),
            intervention("bewoner-aan-tafel", "residents-involved-early", ["hobbel-regio"],
                "Een bewoner als toehoorder in de regio")),
        told(date(2022, 2, 8), lead,
            judge("bewoner-aan-tafel", "no-effect", "Toehoren is geen meepraten.")),
        told(date(2024, 2, 6), lead,
            session("avond-wind", "information-evening", "Het plan wordt gepresenteerd",
                invited=2200, attended=412, reached=["polder", "dorpen eromheen"]),
            obstacle("hobbel-hoofdzaak", "direction-over-democracy", "De hoofdzaak ligt al vast",
                "Waar de molens komen is niet meer open. Alleen de kleur nog.",
                department="Energie en Ruimte", blocks=["wens-meepraten", "wens-geen-molens"],
                tension=tension("participation", "effectiveness"))),
        told(date(2024, 3, 12), lead,
            suitability("no-go", "high", "high", "Waar het om gaat, is al beslist. Co-creatie over "
                "de kleur van een molen is geen co-creatie.", body="council")),
        decided(date(2024, 4, 18), GRIFFIE,
            decision("besluit-wind", "council", "Vier molens in polder Lage Biezen",
                "De gemeente houdt zich aan de afspraken in de regio.",
                body_name="Gemeenteraad van IJsselstein", reference="R-2024-19",
                votes={"inFavour": 12, "against": 11}, published_on=date(2024, 4, 23),
                outcomes=[changed("wens-geen-molens", "afwijking-afstand", "policy", "De afstand "
                "wordt 700 meter. Bij een kilometer past er geen molen meer in de polder.",
                alternatives=("Twee hogere molens", "Zon langs de snelweg"),
                tension=tension("sustainability", "legitimacy"))])),
        told(date(2024, 4, 25), lead,
            broken("toezegging-motie", "Bewoners kwamen pas aan het woord toen de plek vaststond."),
            accept("hobbel-regio", "De regio heeft beslist."),
            accept("hobbel-hoofdzaak", "De plek staat vast."),
            stop("Het traject stopt. De raad vraagt de rekenkamer om te onderzoeken hoe dit kon.")),
        told(date(2024, 6, 11), lead,
            public(reflection("les-zeven-jaar", "Zeven jaar is geen begin",
                "Elk jaar dachten wij dat het nog vroeg genoeg was.", competences=["reflection"],
                tension=tension("legitimacy", "efficiency")))),
    ))


def talking_about_heights(today: date) -> Story:
    """Tell of models on a table while the province objects to the place itself."""
    ago = days_before(today)
    lead = "projectleider woningbouw"
    return Story("GM0353", "praten-over-hoogte", (
        told(ago(380), lead,
            start("Praten over hoogte", "Bewoners schuiven met blokken: hoe hoog mag de nieuwe "
                "buurt worden?", sector="housing", initiative="municipality", department="Wonen",
                place="Touwbaan")),
        told(ago(380), lead,
            official("wonen", "D. Verkerk", "Wonen", "projectleider"),
            outside("buurt", "group", "Buurtcomité Touwbaan", "schuift met blokken"),
            outside("provincie", "other-authority", "Provincie Utrecht",
                "gaat over bouwen buiten de stad"),
            framework("co-produce", "de hoogte van de buurt", body="college",
                fixed=["240 woningen"], open=["Hoogte", "Groen", "Wegen"]),
            directs("wonen", "college")),
        told(ago(355), lead,
            session("blokken", "design-session", "Schuiven met blokken", invited=500, attended=92,
                reached=["buurt", "woningzoekenden"]),
            wish("wens-laag", "Niet hoger dan vier lagen", by="buurt"),
            wish("wens-jong", "Woningen voor jongeren", by="buurt"),
            support("wens-laag", 151),
            support("wens-jong", 89)),
        told(ago(320), lead,
            obstacle("hobbel-provincie", "external-dependency",
                "De provincie wil hier helemaal niet bouwen",
                "De plek ligt buiten de grens van de stad.", department="Wonen", owner="provincie",
                blocks=["wens-laag", "wens-jong"]),
            obstacle("hobbel-gesprek", "democratic-account",
                "Bewoners praten over iets dat misschien niet doorgaat", department="Wonen",
                tension=tension("transparency", "effectiveness"))),
        told(ago(300), lead,
            escalate("hobbel-provincie", "wethouder en gedeputeerde"),
            intervention("pauze-eerlijk", "mandate-clarified", ["hobbel-gesprek"],
                "Eerst de kaders, dan de blokken")),
        told(ago(290), lead,
            pause("Wij stoppen met schuiven tot de provincie zegt of hier gebouwd mag worden."),
            feedback("mail-pauze", "email", "Wij pauzeren. U hoort van ons zodra de provincie "
                "heeft beslist.", about=["wens-laag", "wens-jong"], reached=480),
            judge("pauze-eerlijk", "resolved"),
            resolve("hobbel-gesprek", "Er wordt pas weer gepraat als de kaders vaststaan.",
                interventions=["pauze-eerlijk"])),
        told(ago(230), lead,
            approval("instructie", "permit", "Ontheffing om buiten de grens te bouwen",
                "Provincie Utrecht", "awb-reasonable", department="Wonen", needed_for=["wens-laag",
                "wens-jong"])),
        told(ago(200), lead,
            suspend("instructie", "consent", "Gemeente en provincie willen samen eerst naar water "
                "en bodem kijken.", notice_sent_on=ago(198)),
            commitment("toezegging-bericht",
                "Bericht aan de buurt over het besluit van de provincie", "wethouder wonen",
                "Buurtcomité Touwbaan", ago(20), about=["wens-laag"])),
    ))


def young_people_think(today: date) -> Story:
    """Tell of young people who asked for something small and were heard too slowly."""
    ago = days_before(today)
    lead = "jongerenregisseur"
    return Story("GM0353", "jongeren-denken-mee", (
        told(ago(460), lead,
            start("Jongerendenktank: stage voor iedereen", "Leerlingen van het mbo zoeken een "
                "stage. Zij bedenken zelf hoe de gemeente kan helpen.", sector="education",
                initiative="municipality", department="Jeugd", place="IJsselstein")),
        told(ago(460), lead,
            official("regisseur", "S. Bouali", "Jeugd", "regisseur"),
            outside("denktank", "group", "Denktank van 25 jongeren", "bedenken", carries=True),
            suitability("go", "low", "low", "Er is geld en ruimte.", body="college"),
            framework("co-decide", "twaalf stageplekken bij de gemeente", body="college",
                fixed=["Twaalf plekken"], open=["Waar", "Hoe je solliciteert"])),
        told(ago(440), lead,
            session("denkdag", "workshop", "Een dag denken", attended=25,
                reached=["mbo niveau 2 en 3"]),
            wish("wens-stage", "Solliciteren zonder brief",
                "Met een gesprek van tien minuten weet je meer.", by="denktank"),
            wish("wens-ov", "Reiskosten vooraf betaald", by="denktank"),
            wish("wens-mentor", "Een mentor die ook jong is", by="denktank"),
            support("wens-stage", 68),
            support("wens-mentor", 24)),
        told(ago(420), lead,
            obstacle("hobbel-hr", "internal-collaboration",
                "Personeelszaken wil een brief en een diploma", department="Personeel",
                blocks=["wens-stage"])),
        told(ago(390), lead,
            intervention("proefstage", "pilot", ["hobbel-hr"], "Drie stages zonder brief")),
        told(ago(340), lead,
            judge("proefstage", "resolved", "Alle drie bleven tot het einde."),
            resolve("hobbel-hr", "Personeelszaken neemt het gesprek over.",
                interventions=["proefstage"])),
        decided(ago(320), COLLEGE,
            decision("besluit-stage", "college", "Stage na een gesprek", "De proef werkte.",
                published_on=ago(318), outcomes=[adopted("wens-stage"), deferred("wens-mentor",
                "Eerst wordt gekeken of de mentoren van nu genoeg zijn.")])),
        told(ago(310), lead,
            feedback("insta", "meeting", "Bij de pizza vertelde de wethouder wat er van elke wens "
                "wordt.", about=["wens-stage", "wens-mentor"], reached=22),
            realised("wens-stage", "Elf jongeren begonnen na een gesprek."),
            confirmed("wens-stage", by="denktank")),
        told(ago(120), lead,
            obstacle("hobbel-reiskosten", "money", "Reiskosten vooraf past in geen enkele regeling",
                department="Financiën", blocks=["wens-ov"])),
    ))


def stories(today: date) -> tuple[Story, ...]:
    """Give the stories of IJsselstein."""
    return (playground_that_moved(today), gates_on_one_word(today), seven_years(),
        talking_about_heights(today), young_people_think(today))
