# Een traject, en wat daarin voorkomt.

project-became = Wat werd ervan?
project-in-short = { $wishes ->
    [0] Er zijn nog geen wensen vastgelegd.
    [one] Er is 1 wens.
   *[other] Er zijn { $wishes } wensen.
} { $decisions ->
    [0] Er is nog niets besloten.
    [one] Er is 1 besluit genomen.
   *[other] Er zijn { $decisions } besluiten genomen.
} { $deviations ->
    [0] { "" }
    [one] Daarbij is 1 keer afgeweken van wat inwoners wilden.
   *[other] Daarbij is { $deviations } keer afgeweken van wat inwoners wilden.
} { $owed ->
    [0] De gemeente hoeft nu niets meer te doen.
    [one] De gemeente moet nog 1 ding doen.
   *[other] De gemeente moet nog { $owed } dingen doen.
}
project-nothing-yet = Er zijn nog geen wensen of besluiten.
project-owed = Wat de gemeente nog moet doen
project-owed-about = { $count ->
    [one] Inwoners wachten nog op 1 ding.
   *[other] Inwoners wachten nog op { $count } dingen. De langste wachttijd staat bovenaan.
}
project-obstacles = Wat in de weg staat
project-dates = Wat wanneer klaar moet zijn
project-asked = Wat wij vroegen
project-decided = Wat is besloten
project-deviations = Waarvan is afgeweken
project-about = Over dit traject
proposals = Voorstellen
nothing-decided = Er is nog niets besloten.
blocks = Houdt tegen:
fixed = Wat vaststaat
open = Waar inwoners invloed op hebben
to-report = Het hele verslag, om te lezen of te printen
to-sessions = { $count ->
    [0] Bijeenkomsten
    [one] 1 bijeenkomst
   *[other] { $count } bijeenkomsten
}

until-day = tot en met
branches-left-out = { $count ->
    [one] Hiervoor gebeurde nog 1 ding. Dat staat in de lijsten hieronder.
   *[other] Hiervoor gebeurden nog { $count } dingen. Die staan in de lijsten hieronder.
}
node-wish = { $count ->
    [one] Wens
   *[other] Wensen
}
node-proposal = { $count ->
    [one] Voorstel
   *[other] Voorstellen
}
node-decision = { $count ->
    [one] Besluit
   *[other] Besluiten
}
node-deviation = { $count ->
    [one] Afwijking
   *[other] Afwijkingen
}
node-feedback = { $count ->
    [one] Verteld aan inwoners
   *[other] Verteld aan inwoners
}
node-realisation = { $count ->
    [one] Uitgevoerd
   *[other] Uitgevoerd
}
node-many-wish = { $count } wensen
node-many-proposal = { $count } voorstellen
node-many-decision = { $count } besluiten
node-many-deviation = { $count } afwijkingen
node-many-feedback = { $count } berichten
node-many-realisation = { $count } wensen uitgevoerd
follows-wish = Komt voort uit:
follows-proposal = Als antwoord op:
follows-decision = Over:
follows-deviation = Bij:
follows-feedback = Over:

reference = Kenmerk
legal-basis = Volgens de wet
why-per-part = Per onderdeel gezegd; zie hieronder.
objection-until = Bezwaar maken kan tot en met
deviates-from = Wijkt af van
ground = Reden
alternatives = Wat ook is overwogen
fed-back = Aan inwoners verteld
not-fed-back = Nog niet
needed-for = Nodig voor
tried = Wat is geprobeerd
answers = Antwoord op
attended = Aantal mensen
waits-for = Waar dit op wacht
waited-days = { $count ->
    [0] Dat is sinds vandaag zo.
    [one] Dat duurt nu 1 dag.
   *[other] Dat duurt nu { $count } dagen.
}
to-be-done-by = Aan zet: { $who }.
days-counted = Welke dagen zijn geteld
term-by-law = De termijn staat in: { $ground }
story = Wat er gebeurde
read-more = Lees meer
of-title = over "{ $title }"
in-short = In het kort
said-why = Als reden gaf de gemeente:
at-position = Stap { $position } in het logboek.
receipt = Bewijs
of-position = van stap { $position }
keep-this = Bewaar dit
keep-this-about = Het adres van deze pagina verandert niet. Bewaar het, dan kunt u altijd zien wat ermee gebeurt.
download-receipt = Download het bewijs dat dit is vastgelegd
check-receipt = Ga in uw browser na of het klopt

due-approval = Uiterlijk: besluit over "{ $title }"
due-commitment = Uiterlijk: "{ $title }"
due-objection = Laatste dag voor bezwaar: "{ $title }"
project-informed = Op de hoogte blijven
follow-feed = Volg dit traject in een feedlezer (Atom)
follow-calendar = Zet de datums in uw agenda
share-by-mail = Stuur het adres van deze pagina door
