# For council and clerk.

place-council = For the council
council-about = What was decided, what is still to be explained or told, and what was promised?
council-tile-announcement = decisions not announced
council-tile-motivation = deviations without reasons
council-tile-feedback = deviations not told
council-tile-fulfilment = promises late
council-tile-date = promises without a date
council-agenda = From agenda to decision
council-agenda-label = Agenda
council-agenda-about = Paste the agenda, each item on a line of its own. You see which proposals wait for a decision.
council-agenda-find = Find the proposals
council-agenda-nothing = No proposal about this waits for a decision.
council-agenda-search = Find a project
council-waiting = Proposals that wait for a decision
council-all-waiting = See all proposals that wait for a decision
council-none-waiting = No proposal waits for a decision.
council-waits = { $count ->
    [0] since today
    [one] waits 1 day
   *[other] waits { $count } days
}
council-decided = Decisions in this period
council-all-decided = See all decisions in this period
council-to-report = The report of this period, to read or print
council-owed-announcement = { $count ->
    [one] 1 decision was not announced yet
   *[other] { $count } decisions were not announced yet
}
council-owed-motivation = { $count ->
    [one] 1 deviation waits for reasons
   *[other] { $count } deviations wait for reasons
}
council-owed-feedback = { $count ->
    [one] 1 deviation was not told to residents yet
   *[other] { $count } deviations were not told to residents yet
}
council-owed-fulfilment = { $count ->
    [one] 1 promise is still to be kept
   *[other] { $count } promises are still to be kept
}
council-owed-date = { $count ->
    [one] 1 promise has no date
   *[other] { $count } promises have no date
}
council-all-owed = See all { $count }
council-ended = Promises that ended in this period
council-ended-fulfilled = Kept
council-ended-broken = Not kept
council-all-ended = See all of them
decided-announced = Announced on
decided-not-announced = Not announced yet.
nothing-in-period = There was nothing in this period.
promised-to = to { $who }
promise-ended = Ended on
register-proposals = Proposals
column-submitted-on = Submitted on
column-days-waiting = Days waiting
narrow-undecided = Waits for a decision
narrow-endedFrom = Ended from
narrow-endedUntil = Ended until
