# Wat op elke pagina staat.

site-name = Wat werd er van onze wens?
site-navigation = Hoofdmenu
skip-to-main = Naar de inhoud
in-language-nl = Nederlands
in-language-en = English
where-you-are = Waar u bent
on-this-page = Op deze pagina
pages = Bladeren
first-page = Naar het begin
previous-page = Vorige
next-page = Volgende
moment = { $day } om { $time }
place-projects = Trajecten
footer-log = Alle stappen staan in het logboek van { $municipality }. Niemand kan daar iets in veranderen of weghalen.
footer-trust = Hoe u dat zelf kunt nagaan
footer-cocreate = cocreate laat zien wat er met wensen van inwoners gebeurt, en waarom.
sign-in = Inloggen voor medewerkers
sign-out = Uitloggen
signed-in-as = U bent ingelogd als { $role }.
signed-in-in-projects = U bent ingelogd voor enkele trajecten.
as-known-earlier = U ziet hoe het bekend was op { $position }.
as-known-now = Bekijk hoe het nu is
to-the-start = Naar het begin
ask-about = Vraagt u hierover iets? Noem dan dit nummer: { $id }

# Woorden die op meer pagina's voorkomen.

about = Over
against = Tegen
and-more = { $count ->
    [one] en nog 1
   *[other] en nog { $count }
}
by-whom = Wie
to-whom = Aan wie
conditions = Voorwaarden
days = { $count ->
    [one] 1 dag
   *[other] { $count } dagen
}
days-late = { $count ->
    [one] 1 dag te laat
   *[other] { $count } dagen te laat
}
days-left = { $count ->
    [0] vandaag
    [one] nog 1 dag
   *[other] nog { $count } dagen
}
department = Afdeling
due-on = Uiterlijk op
how-counted = Zo is er geteld
initiative = Initiatief
last-step = Laatste stap
level = Hoeveel inwoners mogen meebeslissen
no-date = Geen datum afgesproken
no-motivation = Er is niet gezegd waarom.
not-recorded = Niet vastgelegd
nothing-recorded = Hierover is nog niets vastgelegd.
outcome = Resultaat
since = sinds
source = Bron
supporters = { $count ->
    [one] 1 persoon steunt dit
   *[other] { $count } mensen steunen dit
}
what = Wat
what-kind = Soort
where = Waar
why = Waarom
waits-since = Wacht sinds

kind-wish = Wens
kind-proposal = Voorstel
kind-decision = Besluit
kind-deviation = Afwijking
kind-feedback = Terugkoppeling
kind-advice = Advies
kind-approval = Toestemming
kind-obstacle = Hobbel
kind-intervention = Interventie
kind-commitment = Toezegging
kind-party = Partij
kind-session = Bijeenkomst
kind-milestone = Mijlpaal
kind-reflection = Reflectie
kind-report = Eindverslag

all-of-wish = { $count ->
    [one] 1 wens
   *[other] Alle { $count } wensen
}
all-of-proposal = { $count ->
    [one] 1 voorstel
   *[other] Alle { $count } voorstellen
}
all-of-decision = { $count ->
    [one] 1 besluit
   *[other] Alle { $count } besluiten
}
all-of-deviation = { $count ->
    [one] 1 afwijking
   *[other] Alle { $count } afwijkingen
}
all-of-obstacle = { $count ->
    [one] 1 hobbel
   *[other] Alle { $count } hobbels
}
all-of-approval = { $count ->
    [one] 1 toestemming
   *[other] Alle { $count } toestemmingen
}
all-of-commitment = { $count ->
    [one] 1 toezegging
   *[other] Alle { $count } toezeggingen
}
all-of-session = { $count ->
    [one] 1 bijeenkomst
   *[other] Alle { $count } bijeenkomsten
}

duty-answer = Antwoord op een wens
duty-realisation = Doen wat inwoners nog missen
duty-motivation = Zeggen waarom van een wens is afgeweken
duty-feedback = Aan inwoners vertellen wat is besloten
duty-announcement = Een besluit bekendmaken
duty-decision = Beslissen over een toestemming
duty-fulfilment = Een belofte nakomen
duty-date = Een datum noemen bij een belofte
