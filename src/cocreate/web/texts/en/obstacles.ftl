# What stands in the way, and what helped against it.

place-obstacles = Obstacles
obstacles-about = What holds plans up? With each kind of obstacle you see what helped before, here and in other municipalities.
obstacles-in-short = { $count ->
    [0] Nothing stands in the way now.
    [one] 1 obstacle stands in the way now.
   *[other] { $count } obstacles stand in the way now.
}
obstacles-how-long = Half have stood for more than { $median } days, the longest for { $longest } days.
obstacles-open-of = { $count ->
    [one] 1 obstacle
   *[other] { $count } obstacles
}
obstacles-all-of = See all { $count } obstacles of this kind
obstacles-stands = { $count ->
    [one] Has stood for 1 day
   *[other] Has stood for { $count } days
}
obstacles-escalated = { $count ->
    [one] Escalated once
   *[other] Escalated { $count } times
}
obstacles-values = Two values clash here: { $one } and { $other }.
obstacles-nothing-tried = Nothing was tried against it yet.
obstacles-helped = What helped against such obstacles
obstacles-here = In this municipality
obstacles-elsewhere = In other municipalities
obstacles-did = Tried { $tried } times, resolved { $resolved } times.
obstacles-in-days = Mostly in { $days } days.
obstacles-nothing-helped = Nothing was tried against these yet, or there are too few data.
obstacles-solved = Who solved the like:
obstacles-none = No obstacle fits your choice.
obstacles-lonely = Who stands almost alone
obstacles-lonely-about = These projects rest on one person or one department. See who could help.
obstacles-consent = { $count ->
    [0] Too few other municipalities share their figures.
   *[other] The figures of others come from { $count } municipalities that want to share them. A figure is shown only where it comes from three municipalities or more.
}
obstacles-no-part = This municipality does not share its figures.
narrow-resolved = Resolved it
obstacles-not-here = Not tried
obstacles-too-few = Too few data
