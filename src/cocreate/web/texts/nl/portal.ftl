# De gemeenten, en de trajecten van een gemeente.

portals-title = Gemeenten
portals-about = Kies uw gemeente. U ziet welke wensen inwoners hadden, wat er is besloten, en waarom.
portals-none = Er is nog geen gemeente met openbare pagina's.
portal-title = Trajecten
portal-heading = Samen werken in { $municipality }
portal-about = Zoek een traject. U ziet wat inwoners vroegen, wat er is besloten, en wat er nog moet gebeuren.
portal-search = Zoek op onderwerp, plaats of wens
portal-narrow = Verfijn uw keuze
portal-sort = Volgorde
portal-find = Zoeken
portal-found = { $count ->
    [one] 1 traject
   *[other] { $count } trajecten
}
portal-nothing = Er is geen traject dat hierop lijkt. Zoek met minder of andere woorden.
portal-feed = Volg alle trajecten in een feedlezer (Atom)
portal-calendar = Zet de datums van alle trajecten in uw agenda
filter-any = Alles
filter-sector = Onderwerp
filter-status = Stand
filter-phase = Fase
filter-level = Invloed van inwoners
filter-initiative = Wie begon
filter-department = Afdeling
filter-year = Begonnen in
sort-usual = Wat het beste past
sort-relevance = Wat het beste past
sort-latest-step = Laatste stap eerst
sort-latest-start = Nieuwste eerst
sort-most-supported = Meeste steun eerst
sort-title = Op naam
count-wishes = { $count ->
    [one] 1 wens
   *[other] { $count } wensen
}
count-decisions = { $count ->
    [one] 1 besluit
   *[other] { $count } besluiten
}
count-deviations = { $count ->
    [one] 1 keer afgeweken
   *[other] { $count } keer afgeweken
}
count-obstacles = { $count ->
    [one] 1 hobbel
   *[other] { $count } hobbels
}
