# The board of approvals, with their clocks.

place-approvals = Approvals
approvals-about = Who has to give permission, and how long has it taken so far? What is late comes first.
approvals-running = waiting, the clock runs
approvals-suspended = waiting, the clock stands still
approvals-decided = decided, { $late } of them late
approvals-clocks = What waits for an answer
approvals-clocks-about = The bar shows how much of the term is gone. All days count in the bar.
approvals-none = Nothing waits for an answer now.
approvals-asked-on = Asked on
approvals-extended = { $count ->
    [one] Extended once.
   *[other] Extended { $count } times.
}
approvals-stood-still = { $count ->
    [one] The clock stood still once.
   *[other] The clock stood still { $count } times.
}
approvals-penalty = Penalty from
approvals-who = Whose turn it is
approvals-median = Days to an answer (median)
clock-over = { $over ->
    [one] 1 day late. It has taken { $gone } days.
   *[other] { $over } days late. It has taken { $gone } days.
}
clock-suspended = { $gone ->
    [one] The clock stands still. 1 day is gone.
   *[other] The clock stands still. { $gone } days are gone.
}
clock-running = { $left ->
    [0] Today is the last day. It has taken { $gone } days.
    [one] 1 day left. It has taken { $gone } days.
   *[other] { $left } days left. It has taken { $gone } days.
}
clock-none = { $gone ->
    [one] It has taken 1 day. No last day is known.
   *[other] It has taken { $gone } days. No last day is known.
}
