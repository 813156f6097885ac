# Het verslag van een periode.

period-report = Verslag van een periode
period-public = Dit verslag bevat alleen wat openbaar is.
period-internal = Let op: dit verslag bevat ook wat niet openbaar is.
period-show-public = Maak een verslag met alleen wat openbaar is
period-show-internal = Laat ook zien wat niet openbaar is
period-asked = Wat inwoners vroegen
period-proposed = Welke voorstellen er kwamen
period-decided = Wat is besloten
period-deviated = Waar is afgeweken van wat inwoners wilden
period-promised = Wat is beloofd
period-ended = Welke beloften afliepen
period-owed = Wat de gemeente nog moet doen op
period-late = Wat te laat is
period-at-least = meer dan { $count }
period-all = Bekijk ze allemaal
period-no-answer = { $count ->
    [one] Wacht 1 dag op een antwoord.
   *[other] Wacht { $count } dagen op een antwoord.
}
period-fed-back = Aan inwoners verteld op
period-not-fed-back = Nog niet aan inwoners verteld.
period-of-which-late = { $count ->
    [one] waarvan 1 te laat
   *[other] waarvan { $count } te laat
}
period-made-of = Dit verslag is gemaakt uit het logboek, tot en met stap { $position }.
period-changes = Alle wijzigingen in deze periode, als gegevens
