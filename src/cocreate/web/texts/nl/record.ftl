# Een stap vastleggen: kiezen, invullen, nakijken.

record-title = Leg een stap vast
record-about = Wat is er gebeurd? Kies de stap die daarbij past.
record-do = Vastleggen
record-start = Begin een traject
record-about-this = Leg hierover een stap vast
recorded-note = Vastgelegd als stap { $position } in het logboek.
lacking-import = Dit kan alleen bij het overnemen uit een ander systeem.
lacking-open-project = Het traject is afgesloten.
lacking-other-status = Dat past niet bij de stand van het traject.
lacking-subject = Er is nog geen { $kind }.
lacking-internal-step = Er zijn geen interne stappen.

form-about = Vul alles in wat u weet. Velden met "niet verplicht" mag u leeg laten.
optional = (niet verplicht)
form-choose = Kies
form-none = Geen
form-meanings = Wat betekenen deze woorden?
form-chosen = { $count ->
    [0] (nog niets gekozen)
    [one] (1 gekozen)
   *[other] ({ $count } gekozen)
}
form-choose-all = Kies alles
form-choose-none = Kies niets
form-nothing-to-choose = Er is nog niets om uit te kiezen.
form-narrow = Maak de lijst korter
form-narrow-text = Woord in de titel
form-narrow-do = Toon
form-step = Stap { $version }:
form-latest-steps = De laatste stappen
form-choose-step-first = Kies eerst welke stap u wilt verbeteren.
form-one-less = Haal weg
form-further = Meer gegevens
form-preview = Controleer
form-preview-about = U ziet eerst wat iedereen te zien krijgt. Er wordt nog niets vastgelegd.
form-stop = Stop zonder vast te leggen
form-wrong-title = Fout:
form-wrong = { $count ->
    [one] Er klopt 1 ding nog niet
   *[other] Er kloppen { $count } dingen nog niet
}
visibility-usual = Zoals gewoonlijk: { $usual }
visibility-public = Iedereen
visibility-internal = Alleen wie bij de gemeente werkt

preview-title = Dit wordt vastgelegd
preview-public = Dit wordt openbaar.
preview-public-about = Iedereen kan het lezen, ook buiten de gemeente.
preview-internal = Dit blijft intern.
preview-internal-about = Alleen wie bij de gemeente werkt of controleert, kan het lezen.
preview-said-public = Dit ziet iedereen
preview-said-internal = Dit staat in het logboek
preview-follows = Dit volgt daaruit
preview-stays-internal = Dit blijft intern
preview-stays-internal-about = Wie van de gemeente dit vastlegt. Ook wie een interne partij is, blijft intern.
preview-all-internal = Alles wat hierboven staat. Inwoners zien niet dat deze stap er is.
preview-many = { $count ->
    [one] 1 gekozen
   *[other] { $count } gekozen
}
preview-forever = Wat u vastlegt, kan niemand meer weghalen. U kunt het later wel verbeteren met een nieuwe stap.
preview-change = Terug en veranderen
since-title = { $count ->
    [one] Een ander legde intussen een stap vast.
   *[other] Anderen legden intussen { $count } stappen vast.
}
since-about = Uw stap is nog niet vastgelegd. Wat u invulde, staat er nog. Kijk het na en leg het dan vast.

will-set-due-on = De laatste dag wordt { $day }.
will-set-objection-until = Bezwaar maken kan tot en met { $day }.
will-set-penalty-from = Vanaf { $day } kost te laat zijn geld.
will-settle-wishes = { $count ->
    [0] Geen enkele wens krijgt hierdoor een andere stand.
    [one] 1 wens krijgt hierdoor een andere stand.
   *[other] { $count } wensen krijgen hierdoor een andere stand.
}
will-reach-wishes = { $count ->
    [one] Het gaat over 1 wens.
   *[other] Het gaat over { $count } wensen.
}
will-record-deviations = { $count ->
    [one] Er wordt ook 1 afwijking vastgelegd. Die moet aan inwoners worden verteld.
   *[other] Er worden ook { $count } afwijkingen vastgelegd. Die moeten aan inwoners worden verteld.
}

wrong-here = Fout:
wrong-required = Vul dit in.
wrong-required-some = Kies of vul er ten minste een in.
wrong-too-short = Vul dit in.
wrong-too-short-some = Kies of vul er ten minste { $limit } in.
wrong-too-long = Dit is te lang. Gebruik hoogstens { $limit } tekens.
wrong-too-small = Vul een getal in van { $limit } of meer.
wrong-too-large = Vul een getal in van hoogstens { $limit }.
wrong-wrong-type = Vul een heel getal in.
wrong-not-in-list = Kies een van de mogelijkheden.
wrong-not-a-date = Vul een datum in die bestaat, bijvoorbeeld 31-01-2026.
wrong-wrong-pattern = Gebruik alleen letters, cijfers, punten en streepjes, hoogstens 40.
wrong-wrong-pattern-url = Vul een adres in dat begint met https:// of http://.
wrong-wrong-pattern-sha256 = Vul 64 tekens in: cijfers en de letters a tot en met f.
wrong-wrong-pattern-responsible-organisation = Vul negen cijfers in.
