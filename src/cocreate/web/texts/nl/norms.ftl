# De normen, en hoe vaak eraan is voldaan.

place-norms = Normen
norm = Norm
norms-about = Dit vragen rekenkamers en de Nationale ombudsman. U ziet hoe vaak eraan is voldaan.
norms-totals = { $count ->
    [one] 1 traject getoetst
   *[other] { $count } trajecten getoetst
}
norms-totals-about = Elk getal leidt naar de toetsen erachter.
norms-projects-met = Trajecten die voldoen
norms-of = { $met } van { $all }
norms-years = Per jaar
norms-years-about = Hoeveel toetsen voldoen, van alle toetsen uit dat jaar.
norms-record = Wat in het logboek ontbreekt
norms-wishes-without-source = Wensen zonder bron
norms-wishes-without-author = Wensen waarbij niet staat van wie
norms-decisions-without-motivation = Besluiten zonder uitleg
norms-deviations-without-motivation = Afwijkingen zonder uitleg
norms-undated-commitments = Beloften zonder datum
norms-silent = Trajecten waarin maanden niets gebeurde
norms-silent-months = Maanden waarin niets gebeurde
norms-steps-with-source = Stappen met een bron
norms-sources = Waar de normen vandaan komen
norms-source = Bron:
norms-checks = Toetsen een voor een
norms-check-of = Toets aan de normen
norms-project-about = Dit vragen rekenkamers en de Nationale ombudsman van elk traject.
norms-shown-by-public = De toets kijkt alleen naar stappen die openbaar zijn.
norms-shown-by-internal = De toets kijkt ook naar stappen die niet openbaar zijn.
norms-pack = De gemeente heeft eigen normen: { $pack }.
norms-threshold = { $count ->
    [one] De gemeente geeft zichzelf hiervoor 1 dag.
   *[other] De gemeente geeft zichzelf hiervoor { $count } dagen.
}
norms-why-done = Gedaan op
norms-why-late = Te laat gedaan, op
norms-why-missed = Niet gedaan. De laatste dag was
norms-why-never = Hieraan is niet voldaan, en dat kan niet meer.
norms-why-until = Nog niet gedaan. Dat kan nog tot en met
norms-why-open = Nog niet gedaan.
norms-what = Bekijk waarover het gaat
norms-steps = Dat blijkt uit stap
norms-all-checks = Bekijk alle { $count } toetsen
narrow-norm = Norm
narrow-verdict = Oordeel
