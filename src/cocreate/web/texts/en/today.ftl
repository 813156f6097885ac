# What an official has to do. Also the words that stand on several overviews.

place-today = What to do now
today-about = This is what the municipality has yet to do. What is late comes first.
today-public-only = You work on some projects. This page only shows what is public. Open your project to see everything.
today-own-project = Your project { $number }
today-this-project = The project you chose
today-tile-overdue = late
today-tile-soon = within two weeks
today-tile-undated = without a date
today-tile-later = later
today-all-times = Show everything
today-nothing = There is nothing to do here now.
today-heading-overdue = { $count ->
    [one] Late: 1 thing
   *[other] Late: { $count } things
}
today-heading-soon = { $count ->
    [one] Within two weeks: 1 thing
   *[other] Within two weeks: { $count } things
}
today-heading-undated = { $count ->
    [one] Without a date: 1 thing
   *[other] Without a date: { $count } things
}
today-heading-later = { $count ->
    [one] Later: 1 thing
   *[other] Later: { $count } things
}
today-all-of-overdue = See all { $count } things that are late
today-all-of-soon = See all { $count } things for the next two weeks
today-all-of-undated = See all { $count } things without a date
today-do = Do

project = Project
in-project = Project:
show = Show
when = When
look = Look
do-feedback = Tell residents
do-wish-realisations = Record what was done
do-deviation-motivations = Record why
do-decision-announcements = Record the announcement
do-decisions = Record the decision
do-approval-grants = Record: granted
do-approval-refusals = Record: refused
do-commitment-fulfilments = Record: done
do-commitment-breaches = Record: not kept
do-commitment-changes = Name another date
do-deviation-settlements = Record how it ended
