# Voor raad en griffie.

place-council = Voor de raad
council-about = Wat is er besloten, wat moet nog worden uitgelegd of verteld, en wat is er beloofd?
council-tile-announcement = besluiten niet bekendgemaakt
council-tile-motivation = afwijkingen zonder uitleg
council-tile-feedback = afwijkingen niet verteld
council-tile-fulfilment = beloften te laat
council-tile-date = beloften zonder datum
council-agenda = Van agenda naar besluit
council-agenda-label = Agenda
council-agenda-about = Plak de agenda, met elk punt op een eigen regel. U ziet welke voorstellen op een besluit wachten.
council-agenda-find = Zoek de voorstellen
council-agenda-nothing = Hierover wacht geen voorstel op een besluit.
council-agenda-search = Zoek een traject
council-waiting = Voorstellen die op een besluit wachten
council-all-waiting = Bekijk alle voorstellen die op een besluit wachten
council-none-waiting = Er wacht geen voorstel op een besluit.
council-waits = { $count ->
    [0] sinds vandaag
    [one] wacht 1 dag
   *[other] wacht { $count } dagen
}
council-decided = Besluiten in deze periode
council-all-decided = Bekijk alle besluiten in deze periode
council-to-report = Het verslag van deze periode, om te lezen of te printen
council-owed-announcement = { $count ->
    [one] 1 besluit is nog niet bekendgemaakt
   *[other] { $count } besluiten zijn nog niet bekendgemaakt
}
council-owed-motivation = { $count ->
    [one] 1 afwijking wacht op uitleg
   *[other] { $count } afwijkingen wachten op uitleg
}
council-owed-feedback = { $count ->
    [one] 1 afwijking is nog niet verteld aan inwoners
   *[other] { $count } afwijkingen zijn nog niet verteld aan inwoners
}
council-owed-fulfilment = { $count ->
    [one] 1 belofte is nog niet nagekomen
   *[other] { $count } beloften zijn nog niet nagekomen
}
council-owed-date = { $count ->
    [one] 1 belofte heeft geen datum
   *[other] { $count } beloften hebben geen datum
}
council-all-owed = Bekijk alle { $count }
council-ended = Beloften die in deze periode afliepen
council-ended-fulfilled = Nagekomen
council-ended-broken = Niet nagekomen
council-all-ended = Bekijk ze allemaal
decided-announced = Bekend sinds
decided-not-announced = Nog niet bekendgemaakt.
nothing-in-period = In deze periode was er niets.
promised-to = aan { $who }
promise-ended = Afgelopen op
register-proposals = Voorstellen
column-submitted-on = Ingediend op
column-days-waiting = Dagen wachten
narrow-undecided = Wacht op een besluit
narrow-endedFrom = Afgelopen vanaf
narrow-endedUntil = Afgelopen tot en met
