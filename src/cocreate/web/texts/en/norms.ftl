# The norms, and how often they are met.

place-norms = Norms
norm = Norm
norms-about = This is what courts of audit and the national ombudsman ask. You see how often it is met.
norms-totals = { $count ->
    [one] 1 project checked
   *[other] { $count } projects checked
}
norms-totals-about = Each number leads to the checks behind it.
norms-projects-met = Projects that meet it
norms-of = { $met } of { $all }
norms-years = Per year
norms-years-about = How many checks are met, of all checks of that year.
norms-record = What the log lacks
norms-wishes-without-source = Wishes without a source
norms-wishes-without-author = Wishes that do not say whose they are
norms-decisions-without-motivation = Decisions without reasons
norms-deviations-without-motivation = Deviations without reasons
norms-undated-commitments = Promises without a date
norms-silent = Projects in which nothing happened for months
norms-silent-months = Months in which nothing happened
norms-steps-with-source = Steps with a source
norms-sources = Where the norms come from
norms-source = Source:
norms-checks = Checks one by one
norms-check-of = Norm check
norms-project-about = This is what courts of audit and the national ombudsman ask of each project.
norms-shown-by-public = The check looks at public steps only.
norms-shown-by-internal = The check looks at internal steps as well.
norms-pack = The municipality has norms of its own: { $pack }.
norms-threshold = { $count ->
    [one] The municipality gives itself 1 day for this.
   *[other] The municipality gives itself { $count } days for this.
}
norms-why-done = Done on
norms-why-late = Done too late, on
norms-why-missed = Not done. The last day was
norms-why-never = This was not met, and it can be met no more.
norms-why-until = Not done yet. It can still be done until
norms-why-open = Not done yet.
norms-what = See what it is about
norms-steps = Shown by step
norms-all-checks = See all { $count } checks
narrow-norm = Norm
narrow-verdict = Verdict
