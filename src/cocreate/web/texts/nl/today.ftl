# Wat een medewerker te doen heeft. Ook de woorden die op meer overzichten staan.

place-today = Wat nu te doen
today-about = Dit moet de gemeente nog doen. Wat te laat is, staat bovenaan.
today-public-only = U werkt aan enkele trajecten. Op deze pagina staat alleen wat openbaar is. Open uw traject om alles te zien.
today-own-project = Uw traject { $number }
today-this-project = Het traject dat u koos
today-tile-overdue = te laat
today-tile-soon = binnen twee weken
today-tile-undated = zonder datum
today-tile-later = later
today-all-times = Laat alles zien
today-nothing = Hier is nu niets te doen.
today-heading-overdue = { $count ->
    [one] Te laat: 1 ding
   *[other] Te laat: { $count } dingen
}
today-heading-soon = { $count ->
    [one] Binnen twee weken: 1 ding
   *[other] Binnen twee weken: { $count } dingen
}
today-heading-undated = { $count ->
    [one] Zonder datum: 1 ding
   *[other] Zonder datum: { $count } dingen
}
today-heading-later = { $count ->
    [one] Later: 1 ding
   *[other] Later: { $count } dingen
}
today-all-of-overdue = Bekijk alle { $count } dingen die te laat zijn
today-all-of-soon = Bekijk alle { $count } dingen voor de komende twee weken
today-all-of-undated = Bekijk alle { $count } dingen zonder datum
today-do = Doen

project = Traject
in-project = Traject:
show = Laat zien
when = Wanneer
look = Bekijk
do-feedback = Vertel het inwoners
do-wish-realisations = Leg vast wat is gedaan
do-deviation-motivations = Leg vast waarom
do-decision-announcements = Leg de bekendmaking vast
do-decisions = Leg het besluit vast
do-approval-grants = Leg vast: gegeven
do-approval-refusals = Leg vast: geweigerd
do-commitment-fulfilments = Leg vast: gedaan
do-commitment-breaches = Leg vast: niet gelukt
do-commitment-changes = Noem een andere datum
do-deviation-settlements = Leg de afloop vast
