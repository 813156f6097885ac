# Het krachtenveld van een traject.

forces-title = Krachtenveld
forces-about = Wie doet mee, wie draagt dit traject, en wie kan helpen?
forces-public = U ziet de partijen die openbaar zijn. Wie binnen de gemeente wat draagt, is niet openbaar.
forces-caption = Binnen de stippellijn staat de gemeente, daarbuiten de anderen. Hoe groter de cirkel, hoe meer iemand draagt. De namen staan bij dezelfde nummers in de tabel hieronder.
forces-left-out = { $count ->
    [one] 1 partij past er niet bij.
   *[other] { $count } partijen passen er niet bij.
}
forces-not-alone = U staat hier niet alleen voor
forces-carried-by = { $people ->
    [0] Niemand binnen de gemeente draagt dit traject nu.
    [one] 1 mens binnen de gemeente draagt dit traject.
   *[other] { $people } mensen van { $departments ->
        [one] 1 afdeling
       *[other] { $departments } afdelingen
    } dragen dit traject.
}
forces-most = Wie het meeste draagt, draagt { $share } procent.
forces-lonely = Dat is kwetsbaar: zoek iemand van een andere afdeling.
forces-who-carries = Wie dit draagt
forces-share = { $share } procent van het werk
forces-nobody = Er is niemand bekend.
forces-who-could-help = Wie kan helpen
forces-beside-inside = doet mee, en draagt nog niets.
forces-beside-outside = staat buiten de gemeente, en draagt mee.
forces-department = Afdeling { $department }: draagt zulke trajecten ({ $projects }), met { $people ->
    [one] 1 mens.
   *[other] { $people } mensen.
}
forces-project = Zo'n traject is ook
forces-people = { $count ->
    [one] gedragen door 1 mens
   *[other] gedragen door { $count } mensen
}
forces-no-help = Er is niemand bekend die zoiets draagt.
forces-who-solved = Wie zoiets oploste
forces-against = Tegen:
forces-none-solved = Niemand loste dit nog op. U kunt de eerste zijn.
forces-no-obstacles = Er staat nu niets in de weg.
forces-parties = Alle partijen
forces-number = Nummer
forces-who = Wie
forces-side = Plek
forces-carries = Draagt of bracht in
forces-since = Doet mee sinds
forces-until = tot
forces-nothing = Nog niets
carried-project = het traject
carried-obstacles = hobbels
carried-mandates = regie of uitleg
carried-interventions = interventies
carried-reflections = lessen
carried-advice = advies
carried-wishes = wensen
carried-proposals = voorstellen
carried-sessions = bijeenkomsten
