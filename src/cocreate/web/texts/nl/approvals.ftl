# Het bord van de toestemmingen, met hun klokken.

place-approvals = Toestemmingen
approvals-about = Wie moet toestemming geven, en hoe lang duurt dat al? Wat te laat is, staat bovenaan.
approvals-running = wacht, de klok loopt
approvals-suspended = wacht, de klok staat stil
approvals-decided = beslist, waarvan { $late } te laat
approvals-clocks = Wat wacht op een antwoord
approvals-clocks-about = De balk laat zien hoeveel van de termijn voorbij is. Alle dagen tellen mee in de balk.
approvals-none = Er wacht nu niets op een antwoord.
approvals-asked-on = Gevraagd op
approvals-extended = { $count ->
    [one] 1 keer verlengd.
   *[other] { $count } keer verlengd.
}
approvals-stood-still = { $count ->
    [one] De klok stond 1 keer stil.
   *[other] De klok stond { $count } keer stil.
}
approvals-penalty = Dwangsom vanaf
approvals-who = Wie aan zet is
approvals-median = Dagen tot antwoord (midden)
clock-over = { $over ->
    [one] 1 dag te laat. Dit duurt nu { $gone } dagen.
   *[other] { $over } dagen te laat. Dit duurt nu { $gone } dagen.
}
clock-suspended = { $gone ->
    [one] De klok staat stil. Er is 1 dag voorbij.
   *[other] De klok staat stil. Er zijn { $gone } dagen voorbij.
}
clock-running = { $left ->
    [0] Vandaag is de laatste dag. Dit duurt nu { $gone } dagen.
    [one] Nog 1 dag. Dit duurt nu { $gone } dagen.
   *[other] Nog { $left } dagen. Dit duurt nu { $gone } dagen.
}
clock-none = { $gone ->
    [one] Dit duurt nu 1 dag. Er is geen laatste dag bekend.
   *[other] Dit duurt nu { $gone } dagen. Er is geen laatste dag bekend.
}
