"""Delft: lamps in a tunnel, the whole chain from wish to light, and what is still owed."""

from datetime import date

from cocreate.demo.telling import (
    Story,
    accept,
    accounts,
    adopted,
    advice,
    approval,
    change_commitment,
    changed,
    commitment,
    confirmed,
    contest,
    correct,
    days_before,
    decided,
    decision,
    directs,
    disputed,
    escalate,
    extend,
    feedback,
    framework,
    grant,
    in_order,
    inside,
    internal,
    internal_steps,
    intervention,
    judge,
    kept,
    merge_proposals,
    milestone,
    notice_of_default,
    obstacle,
    official,
    outside,
    proposal,
    publish,
    realised,
    reassign,
    reflection,
    resolve,
    resume,
    revise,
    session,
    settle,
    start,
    suitability,
    support,
    suspend,
    tension,
    told,
    version_of,
    wish,
)

# fmt: off
# One step a paragraph: a story is filled as text is, so that it reads as one.

PROJECT = "projectleider openbare ruimte"
GRIFFIE = "griffie Delft"
COLLEGE = "bestuurssecretariaat Delft"


def lamps_in_the_tunnel(today: date) -> Story:
    """Tell of a wish everyone agreed with at once, and of the two years it took."""
    ago = days_before(today)
    start_to_decision = (
        told(date(2024, 2, 12), PROJECT,
            start("Lampen in de fietstunnel Reigerspad", "In de fietstunnel onder de Reigersweg is "
                "het na zonsondergang aardedonker. Bewoners en scholieren vragen om licht. De "
                "gemeente wil dat ook. Maar de tunnel is van de provincie en onder het dak wonen "
                "vleermuizen.", sector="public-space", initiative="residents",
                department="Openbare Ruimte", place="Fietstunnel Reigerspad")),
        told(date(2024, 2, 12), PROJECT,
            official("projectleider", "J. van Rijnberk", "Openbare Ruimte", "projectleider"),
            outside("fietsers", "group", "Bewonersgroep Licht op Reigerspad", "vraagt om licht",
                carries=True),
            outside("ouders", "group", "Ouderraad school De Waterlelie",
                "kinderen fietsen door de tunnel"),
            wish("wens-licht", "Licht in de fietstunnel", "In de winter fietsen onze kinderen om "
                "vier uur al door een zwart gat. Wij willen lampen, de hele nacht, zodat je ziet "
                "wie er aankomt.", by="fietsers", place="Fietstunnel Reigerspad",
                theme="sociale veiligheid"),
            wish("wens-schoon", "Een schone tunnel", "Er ligt vaak glas en het ruikt er niet fris. "
                "Kan de tunnel elke week worden geveegd?", by="ouders",
                place="Fietstunnel Reigerspad", theme="beheer")),
        told(date(2024, 2, 26), PROJECT,
            support("wens-licht", 214, by="fietsers"),
            support("wens-schoon", 37)),
        told(date(2024, 3, 4), PROJECT, support("wens-licht", 61, by="ouders")),
        told(date(2024, 3, 11), PROJECT,
            suitability("conditions", "low", "high", "De wens is breed gedragen en gemeente en "
                "bewoners willen hetzelfde. Samen ontwerpen past, als de provincie als eigenaar "
                "vanaf het begin aan tafel zit en de natuurregels vooraf bekend zijn.",
                body="college", conditions=["De provincie doet mee als eigenaar",
                "Vleermuisonderzoek voor het ontwerp"]),
            outside("provincie", "other-authority", "Provincie Zuid-Holland, beheer wegen",
                "eigenaar van de tunnel"),
            outside("ecoloog", "organisation", "Ecologisch bureau Groenveld",
                "telt de vleermuizen"),
            inside("beheer", "Beheer verlichting", "Stadsbeheer", "onderhoud van lampen"),
            inside("juridisch", "Team vergunningen", "Vergunningen", "toetst aan de regels")),
        told(date(2024, 3, 26), COLLEGE,
            framework("co-produce", "het ontwerp van de verlichting", body="college",
                fixed=["Vleermuizen zijn beschermd", "De provincie beslist over haar tunnel",
                "Ten hoogste 185.000 euro"], open=["Soort lampen, kleur en plaats",
                "Hoe laat de lampen branden", "Hoe bewoners meedoen aan de proef"], motivation="Zo "
                "weten bewoners vooraf waarover zij wel en niet kunnen meebeslissen."),
            directs("projectleider", "college", "het hele traject, ook binnen het stadhuis"),
            accounts("projectleider", "college", "elk kwartaal een bericht aan de raad")),
        told(date(2024, 4, 16), PROJECT,
            session("avond-1", "conversation", "Buurtgesprek over de tunnel", "Bewoners vertellen "
                "waar en wanneer zij zich onveilig voelen. De kaart met donkere plekken gaat mee "
                "naar het ontwerp.", invited=620, attended=64, reached=["fietsers",
                "ouders van scholieren", "ouderen uit de flats"],
                missed=["jongeren van 16 tot 20 jaar"], parties=["fietsers", "ouders",
                "projectleider"])),
        told(date(2024, 5, 14), PROJECT,
            session("schouw", "site-visit", "Schouw in het donker", "Om elf uur 's avonds lopen "
                "bewoners, gemeente en provincie door de tunnel. De ecoloog wijst de kieren aan "
                "waar vleermuizen wonen.", invited=25, attended=19, reached=["bewonersgroep",
                "provincie", "ecoloog"], parties=["fietsers", "provincie", "ecoloog",
                "projectleider"]),
            obstacle("hobbel-vleermuis", "rule-pressure", "Fel licht mag niet bij vleermuizen",
                "In de tunnel woont een kolonie watervleermuizen. Wit licht verjaagt ze. Dat mag "
                "niet zonder vergunning.", department="Vergunningen", blocks=["wens-licht"],
                tension=tension("safety", "sustainability"))),
        told(date(2024, 5, 21), PROJECT,
            internal(obstacle("hobbel-alleen", "internal-collaboration",
                "De projectleider staat er in het stadhuis alleen voor", "Vier afdelingen moeten "
                "meewerken. Geen van de vier heeft er uren voor. Bewoners bellen, maar intern "
                "krijgt de projectleider geen antwoord.", department="Openbare Ruimte",
                owner="projectleider", blocks=["wens-licht"]))),
        told(date(2024, 6, 4), PROJECT,
            proposal("voorstel-led", "Witte ledlampen, de hele nacht aan", "Twaalf witte lampen "
                "aan het plafond, zoals in andere tunnels in de stad.", answers=["wens-licht"],
                by="fietsers"),
            proposal("voorstel-dim", "Lampen die reageren op fietsers", "Lampen die dimmen als er "
                "niemand is en opgloeien als er iemand aankomt.", answers=["wens-licht"],
                by="beheer")),
        told(date(2024, 6, 18), PROJECT,
            internal(escalate("hobbel-alleen", "gemeentesecretaris", "Zonder uren van Stadsbeheer "
                "en Vergunningen halen we de winter niet.")),
            internal(intervention("opgavetafel", "boundary-spanner-appointed", ["hobbel-alleen"],
                "Een tafel voor de opgave", "Een verbinder haalt elke twee weken de vier "
                "afdelingen bij elkaar. Wie er niet is, stuurt iemand die mag beslissen.",
                by="projectleider"))),
        told(date(2024, 7, 2), PROJECT,
            obstacle("hobbel-provincie", "external-dependency",
                "De provincie wil geen gewone lampen", "De provincie vreest schade aan het beton "
                "en klachten over de natuur. Zij geeft alleen toestemming voor lampen die "
                "vleermuizen niet storen.", department="Openbare Ruimte", owner="projectleider",
                blocks=["wens-licht"])),
        told(date(2024, 7, 9), PROJECT,
            intervention("ontwerpatelier", "coalition-built", ["hobbel-provincie",
                "hobbel-vleermuis"], "Samen ontwerpen aan een tafel", "Bewoners, provincie, "
                "ecoloog en lichtontwerper tekenen in drie middagen een plan dat voor iedereen "
                "kan.", by="projectleider"),
            session("atelier", "design-session", "Ontwerpatelier in drie middagen", "Amberkleurig "
                "licht blijkt voor mensen genoeg en stoort vleermuizen nauwelijks.", invited=18,
                attended=16, reached=["bewonersgroep", "ouderraad", "provincie", "ecoloog"],
                parties=["fietsers", "ouders", "provincie", "ecoloog", "beheer", "projectleider"])),
        told(date(2024, 7, 11), PROJECT,
            merge_proposals(["voorstel-led", "voorstel-dim"], "voorstel-slim",
                "Slimme lampen in de hele tunnel", "Lampen die opgloeien als er een fietser komt "
                "en anders zacht branden.", reason="Beide groepen vinden elkaar in een plan."),
            internal(judge("opgavetafel", "helped", "Na drie keer tafelen is bij elke afdeling "
                "bekend wie het doet."))),
        told(date(2024, 8, 20), PROJECT,
            intervention("proef-amber", "pilot", ["hobbel-vleermuis"],
                "Drie weken proef met amberlicht", "De ecoloog telt elke nacht de vleermuizen, met "
                "en zonder licht.", by="ecoloog"),
            commitment("toezegging-proef", "Uitkomst van de proef delen met de buurt",
                "projectleider openbare ruimte", "Bewonersgroep Licht op Reigerspad",
                date(2024, 10, 1), about=["wens-licht"])),
        told(date(2024, 9, 12), PROJECT,
            judge("proef-amber", "resolved", "Het aantal vleermuizen bleef gelijk. Fietsers gaven "
                "het licht een 7,8."),
            resolve("hobbel-vleermuis", "Met amberlicht onder 10 lux blijft de kolonie. Dat kan "
                "met een vergunning.", interventions=["ontwerpatelier", "proef-amber"]),
            kept("toezegging-proef", "De uitkomst stond op 12 september in de wijkkrant."),
            revise("voorstel-slim", "Slimme amberlampen in de hele tunnel", "Veertien lampen met "
                "amberlicht die opgloeien als er een fietser komt. Van 23.00 tot 5.30 uur branden "
                "ze op een vijfde.", answers=["wens-licht"],
                reason="Uitkomst van de proef met amberlicht.")),
        told(date(2024, 9, 17), PROJECT,
            advice("advies-omgevingsdienst", "Omgevingsdienst Haaglanden",
                "positive-with-conditions", "Amberlicht kan, mits het licht niet op de kieren "
                "schijnt en in de zwermtijd uit gaat.", about=["voorstel-slim"], statutory=True),
            advice("advies-fietsers", "Adviesgroep fietsveiligheid", "positive-with-conditions",
                "Het licht bij de ingangen moet ook na 23.00 uur genoeg zijn om gezichten te zien.",
                about=["voorstel-slim"])),
        decided(date(2024, 9, 26), GRIFFIE,
            decision("besluit-lampen", "council", "Slimme amberlampen in de fietstunnel Reigerspad",
                "De raad wil een tunnel waar iedereen zich veilig voelt en waar de vleermuizen "
                "blijven.", body_name="Gemeenteraad van Delft", reference="2024-R-118",
                decision_type="raadsbesluit", legal_basis="Gemeentewet artikel 147",
                votes={"inFavour": 29, "against": 6, "abstained": 2},
                effective_on=date(2024, 10, 1), published_on=date(2024, 10, 1),
                sent_on=date(2024, 9, 30), open_to_objection=True,
                outcomes=[changed("voorstel-slim", "afwijking-vleermuis", "law", "De lampen komen "
                "er, maar vleermuisvriendelijk: amberkleurig, naar beneden gericht en van 23.00 "
                "tot 5.30 uur gedimd. Bewoners vroegen om vol licht, de hele nacht. De "
                "natuurregels van de Omgevingswet staan dat niet toe zolang de kolonie er woont.",
                alternatives=("Witte lampen met een ontheffing", "Een omleiding over de Reigersweg",
                "Alleen reflectoren in het wegdek"), tension=tension("safety", "sustainability")),
                adopted("wens-schoon", "De tunnel komt in de wekelijkse veegronde.")])),
        told(date(2024, 10, 2), PROJECT,
            feedback("brief-besluit", "letter", "Beste bewoners, de lampen komen er. Ze geven "
                "amberkleurig licht en branden na elf uur zachter, omdat er vleermuizen wonen. In "
                "deze brief leest u waarom en wat u kunt doen als u het er niet mee eens bent.",
                about=["besluit-lampen", "wens-licht", "wens-schoon"], reached=620)),
        told(date(2024, 10, 10), PROJECT,
            contest("afwijking-vleermuis", "Juist na elf uur fietsen onze kinderen van 17 terug "
                "van hun werk. Dan mag het niet donker zijn.", by="ouders")),
        told(date(2024, 11, 5), PROJECT,
            session("gesprek-ouders", "conversation", "Gesprek over licht na elf uur",
                "Ouders, ecoloog en provincie zoeken wat er kan.", invited=12, attended=11,
                reached=["ouderraad", "jongeren met een late dienst"], parties=["ouders", "ecoloog",
                "provincie"]),
            settle("afwijking-vleermuis", "agreed", "De twee lampen bij elke ingang blijven de "
                "hele nacht aan. Daar wonen geen vleermuizen. De ouders gaan akkoord.")),
    )
    permissions = (
        told(date(2024, 10, 1), PROJECT,
            approval("verkeersbesluit", "traffic", "Tunnel vier nachten afsluiten voor de bouw",
                "College van Delft", "awb-reasonable", department="Verkeer",
                needed_for=["voorstel-slim"], reference="VB-2024-071"),
            approval("krediet", "budget", "Krediet van 185.000 euro", "Gemeente Delft, Financiën",
                "none", department="Financiën", needed_for=["voorstel-slim"],
                stated_due_on=date(2024, 11, 15))),
        told(date(2024, 10, 7), PROJECT,
            approval("omgevingsvergunning", "environment", "Licht bij een vleermuiskolonie",
                "Omgevingsdienst Haaglanden", "omgevingswet-regular", department="Vergunningen",
                needed_for=["voorstel-slim"], reference="OV-2024-3312"),
            approval("toestemming-provincie", "owner-consent",
                "Lampen aan de tunnel van de provincie", "Provincie Zuid-Holland", "awb-reasonable",
                department="Openbare Ruimte", needed_for=["voorstel-slim"]),
            approval("monument", "heritage", "Kabels langs de tegelwand uit 1936",
                "Commissie Erfgoed Delft", "omgevingswet-regular", department="Vergunningen",
                needed_for=["voorstel-slim"])),
        told(date(2024, 10, 28), PROJECT,
            suspend("omgevingsvergunning", "incomplete-application",
                "Een telling van de vleermuizen in de winter ontbreekt.",
                notice_sent_on=date(2024, 10, 28))),
        told(date(2024, 11, 12), PROJECT,
            obstacle("hobbel-geld", "money", "De lampen kosten meer dan gedacht", "Amberlampen met "
                "een sensor zijn 46.000 euro duurder dan witte lampen. Financiën keurt het krediet "
                "niet goed.", department="Financiën", blocks=["krediet", "voorstel-slim"])),
        told(date(2024, 11, 18), PROJECT,
            extend("verkeersbesluit", "De hulpdiensten zijn nog niet gehoord over de omleiding.",
                until=date(2025, 1, 10)),
            grant("monument", "De kabels liggen in de voeg en raken de tegels niet.",
                conditions=["Geen boorgaten in de tegels"])),
        told(date(2024, 12, 3), PROJECT,
            intervention("raad-vooraf", "council-involved-early", ["hobbel-geld"],
                "De raad denkt mee over het geld", "In een werkbijeenkomst legt de wethouder drie "
                "keuzes aan de raad voor."),
            reassign("hobbel-geld", "Openbare Ruimte",
                "Openbare Ruimte zoekt een partner voor de meerkosten.")),
        told(date(2024, 12, 16), PROJECT,
            resume("omgevingsvergunning", "De wintertelling is ingeleverd.")),
        told(date(2025, 1, 6), PROJECT,
            extend("omgevingsvergunning", "De dienst heeft meer tijd nodig om de wintertelling te "
                "beoordelen.")),
        told(date(2025, 1, 8), PROJECT,
            grant("verkeersbesluit", "De afsluiting is akkoord.",
                conditions=["Alleen tussen 22.00 en 5.00 uur",
                "Fietsers worden omgeleid met licht"])),
        told(date(2025, 1, 20), PROJECT,
            notice_of_default("toestemming-provincie", "De termijn was op 2 december voorbij. De "
                "bewonersgroep en de gemeente vragen om een besluit binnen twee weken."),
            escalate("hobbel-provincie", "wethouder en gedeputeerde", "De vergunning wacht op de "
                "eigenaar en de eigenaar op de vergunning."),
            intervention("bestuurlijk-gesprek", "escalation", ["hobbel-provincie"],
                "Wethouder belt gedeputeerde", "Zij spreken af dat beide besluiten naast elkaar "
                "worden voorbereid.")),
        told(date(2025, 2, 4), PROJECT,
            judge("raad-vooraf", "resolved", "De raad past 46.000 euro bij uit de reserve sociale "
                "veiligheid."),
            resolve("hobbel-geld", "De raad vult het krediet aan.", interventions=["raad-vooraf"]),
            grant("krediet", "Krediet verleend na aanvulling door de raad.",
                reference="2025-R-009")),
        told(date(2025, 2, 25), PROJECT,
            grant("omgevingsvergunning", "Vergunning voor amberlicht onder 10 lux.",
                conditions=["Licht naar beneden gericht", "Uit tijdens het zwermen in september",
                "Vijf jaar lang elk jaar tellen"], reference="OV-2024-3312")),
        told(date(2025, 2, 28), PROJECT,
            grant("toestemming-provincie", "De provincie stemt in met het ontwerp uit het atelier.",
                conditions=["De gemeente betaalt het onderhoud van de lampen"]),
            judge("ontwerpatelier", "resolved", "Zonder het gezamenlijke ontwerp was er geen plan "
                "dat voor iedereen kon."),
            judge("bestuurlijk-gesprek", "helped", "Binnen zes weken lagen beide besluiten er."),
            resolve("hobbel-provincie", "De eigenaar stemt in met het gezamenlijke ontwerp.",
                interventions=["ontwerpatelier", "bestuurlijk-gesprek"]),
            commitment("toezegging-oplevering", "De lampen branden voor de zomervakantie",
                "wethouder openbare ruimte", "Bewonersgroep Licht op Reigerspad", date(2025, 7, 1),
                about=["wens-licht"])),
    )
    building = (
        told(date(2025, 3, 11), PROJECT,
            approval("aanbesteding", "procurement", "Meervoudige aanvraag voor bouw en onderhoud",
                "Gemeente Delft, Inkoop", "none", department="Inkoop", needed_for=["voorstel-slim"],
                stated_due_on=date(2025, 5, 1)),
            internal(intervention("uren-vrij", "capacity-freed", ["hobbel-alleen"],
                "Acht uur per week vrijgemaakt", "De secretaris maakt bij Stadsbeheer en "
                "Vergunningen elk een vaste collega vrij."))),
        told(date(2025, 3, 18), PROJECT,
            wish("wens-muur", "Een muurschildering door jongeren", "Licht is mooi, maar de wanden "
                "zijn grauw. Wij willen met de klas een schildering maken.", by="ouders",
                place="Fietstunnel Reigerspad", theme="kunst"),
            support("wens-muur", 83)),
        told(date(2025, 4, 8), PROJECT,
            official("verlichter", "M. Dalhuizen", "Stadsbeheer", "beheerder verlichting"),
            internal(judge("uren-vrij", "resolved", "De vragen van bewoners komen niet meer bij "
                "een persoon terecht.")),
            internal(resolve("hobbel-alleen",
                "Het werk ligt nu bij drie collega's van drie afdelingen.",
                interventions=["opgavetafel", "uren-vrij"]))),
        told(date(2025, 6, 3), PROJECT,
            obstacle("hobbel-levertijd", "technical", "De sensoren komen vier maanden later",
                "De fabriek levert de sensoren pas in oktober.", department="Inkoop",
                blocks=["voorstel-slim"]),
            grant("aanbesteding", "Opdracht verleend aan de inschrijver met de langste garantie."),
            change_commitment("toezegging-oplevering", date(2025, 12, 1), "De sensoren komen vier "
                "maanden later. Liever een keer goed dan nu zonder sensor.")),
        told(date(2025, 6, 10), PROJECT,
            accept("hobbel-levertijd", "Een andere fabriek is niet sneller. De buurt krijgt tot de "
                "winter tijdelijke lampen bij de ingangen."),
            feedback("nieuwsbrief-uitstel", "newsletter", "De lampen komen in november in plaats "
                "van juli. De sensoren zijn later klaar. Tot die tijd hangen er tijdelijke lampen "
                "bij de ingangen.", about=["wens-licht"], reached=480)),
        told(date(2025, 11, 18), PROJECT,
            milestone("lampen-aan", "De lampen gaan aan",
                "Twee leerlingen van De Waterlelie drukken op de knop."),
            realised("wens-licht", "Veertien amberlampen branden. Ze gloeien op als u aankomt."),
            realised("wens-schoon", "De tunnel wordt elke woensdag geveegd."),
            kept("toezegging-oplevering", "Opgeleverd op 18 november 2025."),
            confirmed("wens-schoon", "Het glas is weg.", by="ouders")),
        told(date(2025, 12, 9), PROJECT,
            disputed("wens-licht", "Aan de noordkant zijn drie lampen uit. Daar is het nog net zo "
                "donker als eerst.", by="fietsers")),
        told(date(2026, 1, 27), PROJECT,
            realised("wens-licht", "De aannemer heeft de sensoren aan de noordkant vervangen. Alle "
                "lampen branden.")),
        told(date(2026, 2, 17), PROJECT,
            confirmed("wens-licht", "Wij hebben een week lang geteld: ze branden alle veertien.",
                by="fietsers")),
        told(date(2026, 3, 10), PROJECT,
            reflection("les-alleen", "Een ambtenaar kan dit niet alleen", "Naar buiten kon ik snel "
                "beslissen, naar binnen moest ik steeds wachten. Het hielp pas toen de opgavetafel "
                "mandaat kreeg.", by="projectleider", competences=["connecting",
                "inside-and-outside", "persistence"], tension=tension("responsiveness",
                "legality")),
            reflection("les-eigenaar", "Begin bij de eigenaar", "De provincie was geen "
                "tegenstander. We vroegen haar te laat. Bij het atelier was het in drie middagen "
                "rond.", by="projectleider", competences=["listening", "creativity-within-rules"])),
    )
    so_far = in_order(start_to_decision, permissions, building)
    still_owed = (
        told(date(2026, 3, 24), PROJECT,
            publish(internal_steps(so_far, "hobbel-alleen", "opgavetafel", "uren-vrij",
                "les-eigenaar"), "Het college wil laten zien wat er binnen het stadhuis nodig "
                "was."),
            correct(version_of(so_far, "avond-1"), {"attended": 46}, "De telling was dubbel: 46 "
                "mensen tekenden de lijst, niet 64.")),
        told(ago(160), PROJECT,
            wish("wens-spiegel", "Een spiegel in de bocht", "Bij de uitgang naar de Kwikstraat zie "
                "je elkaar pas op het laatste moment.", by="fietsers", place="Kwikstraat",
                theme="verkeer"),
            proposal("voorstel-muur", "Schildering van 40 meter over water en dieren", "Jongeren "
                "ontwerpen met een kunstenaar. De verf is af te wassen.", answers=["wens-muur"],
                by="ouders")),
        told(ago(140), PROJECT,
            approval("ontheffing-muur", "owner-consent", "Verf op de wand van de provincie",
                "Provincie Zuid-Holland", "awb-reasonable", department="Openbare Ruimte",
                needed_for=["voorstel-muur"]),
            approval("erfgoed-muur", "heritage", "Schildering naast de tegelwand uit 1936",
                "Commissie Erfgoed Delft", "omgevingswet-regular", department="Vergunningen",
                needed_for=["voorstel-muur"]),
            commitment("toezegging-veegronde", "Ook in het weekend vegen", "teamleider Stadsbeheer",
                "Ouderraad school De Waterlelie", ago(45), about=["wens-schoon"])),
        told(ago(120), PROJECT,
            suspend("erfgoed-muur", "incomplete-application",
                "De commissie vraagt een kleurproef op ware grootte.", notice_sent_on=ago(120)),
            obstacle("hobbel-eigenaar-muur", "external-dependency",
                "De provincie reageert niet op de schildering", "De contactpersoon is vertrokken. "
                "Niemand weet wie nu beslist.", department="Openbare Ruimte", owner="projectleider",
                blocks=["ontheffing-muur", "wens-muur"])),
        told(ago(40), PROJECT,
            notice_of_default("ontheffing-muur", "De acht weken zijn voorbij. Wij vragen u om "
                "binnen twee weken te beslissen."),
            escalate("hobbel-eigenaar-muur", "wethouder",
                "De klas die het ontwierp, gaat bijna van school.")),
        told(ago(12), PROJECT,
            commitment("toezegging-spiegel", "Antwoord over de spiegel in de bocht",
                "projectleider openbare ruimte", "Bewonersgroep Licht op Reigerspad",
                about=["wens-spiegel"])),
    )
    return Story("GM0503", "lampen-in-de-tunnel", (*so_far, *still_owed))
