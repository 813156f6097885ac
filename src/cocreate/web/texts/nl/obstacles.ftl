# Wat in de weg staat, en wat daartegen hielp.

place-obstacles = Hobbels
obstacles-about = Wat houdt plannen tegen? Bij elke soort hobbel ziet u wat eerder hielp, hier en bij andere gemeenten.
obstacles-in-short = { $count ->
    [0] Er staat nu niets in de weg.
    [one] Er staat nu 1 hobbel in de weg.
   *[other] Er staan nu { $count } hobbels in de weg.
}
obstacles-how-long = De helft staat er langer dan { $median } dagen, de langste { $longest } dagen.
obstacles-open-of = { $count ->
    [one] 1 hobbel
   *[other] { $count } hobbels
}
obstacles-all-of = Bekijk alle { $count } hobbels van deze soort
obstacles-stands = { $count ->
    [one] Staat er 1 dag
   *[other] Staat er { $count } dagen
}
obstacles-escalated = { $count ->
    [one] 1 keer hogerop gebracht
   *[other] { $count } keer hogerop gebracht
}
obstacles-values = Hier botsen twee waarden: { $one } en { $other }.
obstacles-nothing-tried = Er is nog niets tegen geprobeerd.
obstacles-helped = Wat hielp tegen zulke hobbels
obstacles-here = In deze gemeente
obstacles-elsewhere = In andere gemeenten
obstacles-did = { $tried } keer geprobeerd, { $resolved } keer opgelost.
obstacles-in-days = Meestal in { $days } dagen.
obstacles-nothing-helped = Hiertegen is nog niets geprobeerd, of er zijn te weinig gegevens.
obstacles-solved = Wie zoiets oploste:
obstacles-none = Hier is geen hobbel die past bij uw keuze.
obstacles-lonely = Wie er bijna alleen voor staat
obstacles-lonely-about = Deze trajecten rusten op één persoon of één afdeling. Bekijk wie kan helpen.
obstacles-consent = { $count ->
    [0] Er zijn te weinig andere gemeenten die hun cijfers delen.
   *[other] De cijfers van andere gemeenten komen van { $count } gemeenten die ze willen delen. Een cijfer staat er alleen als het van drie gemeenten of meer komt.
}
obstacles-no-part = Deze gemeente deelt haar cijfers niet.
narrow-resolved = Loste het op
obstacles-not-here = Niet geprobeerd
obstacles-too-few = Te weinig gegevens
