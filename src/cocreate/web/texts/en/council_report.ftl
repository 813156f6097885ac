# The report of a period.

period-report = Report of a period
period-public = This report has only what is public.
period-internal = Mind: this report also has what is not public.
period-show-public = Make a report with only what is public
period-show-internal = Also show what is not public
period-asked = What residents asked
period-proposed = Which proposals came
period-decided = What was decided
period-deviated = Where it did not follow what residents wished
period-promised = What was promised
period-ended = Which promises ended
period-owed = What the municipality has yet to do on
period-late = What is late
period-at-least = more than { $count }
period-all = See all of them
period-no-answer = { $count ->
    [one] Has waited 1 day for an answer.
   *[other] Has waited { $count } days for an answer.
}
period-fed-back = Told to residents on
period-not-fed-back = Not told to residents yet.
period-of-which-late = { $count ->
    [one] 1 of them late
   *[other] { $count } of them late
}
period-made-of = This report was made from the log, up to step { $position }.
period-changes = All changes in this period, as data
