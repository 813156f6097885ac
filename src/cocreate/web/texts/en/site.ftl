# What stands on every page.

site-name = What became of our wish?
site-navigation = Main menu
skip-to-main = To the content
in-language-nl = Nederlands
in-language-en = English
where-you-are = Where you are
on-this-page = On this page
pages = Pages
first-page = To the beginning
previous-page = Previous
next-page = Next
moment = { $day } at { $time }
place-projects = Projects
footer-log = Every step stands in the log of { $municipality }. Nobody can change it or take anything out.
footer-trust = How you can check that yourself
footer-cocreate = cocreate shows what happens to the wishes of residents, and why.
sign-in = Sign in for staff
sign-out = Sign out
signed-in-as = You are signed in as { $role }.
signed-in-in-projects = You are signed in for some projects.
as-known-earlier = You see this as it was known at { $position }.
as-known-now = See how it is now
to-the-start = To the start
ask-about = If you ask about this, name this number: { $id }

# Words that stand on several pages.

about = About
against = Against
and-more = { $count ->
    [one] and 1 more
   *[other] and { $count } more
}
by-whom = Who
to-whom = To whom
conditions = Conditions
days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
days-late = { $count ->
    [one] 1 day late
   *[other] { $count } days late
}
days-left = { $count ->
    [0] today
    [one] 1 day left
   *[other] { $count } days left
}
department = Department
due-on = Due on
how-counted = How it was counted
initiative = Initiative
last-step = Last step
level = How much say residents have
no-date = No date was agreed
no-motivation = It was not said why.
not-recorded = Not recorded
nothing-recorded = Nothing was recorded of this yet.
outcome = Outcome
since = since
source = Source
supporters = { $count ->
    [one] 1 person supports this
   *[other] { $count } people support this
}
what = What
what-kind = Kind
where = Where
why = Why
waits-since = Waiting since

kind-wish = Wish
kind-proposal = Proposal
kind-decision = Decision
kind-deviation = Deviation
kind-feedback = Feedback
kind-advice = Advice
kind-approval = Approval
kind-obstacle = Obstacle
kind-intervention = Intervention
kind-commitment = Commitment
kind-party = Party
kind-session = Session
kind-milestone = Milestone
kind-reflection = Reflection
kind-report = Final report

all-of-wish = { $count ->
    [one] 1 wish
   *[other] All { $count } wishes
}
all-of-proposal = { $count ->
    [one] 1 proposal
   *[other] All { $count } proposals
}
all-of-decision = { $count ->
    [one] 1 decision
   *[other] All { $count } decisions
}
all-of-deviation = { $count ->
    [one] 1 deviation
   *[other] All { $count } deviations
}
all-of-obstacle = { $count ->
    [one] 1 obstacle
   *[other] All { $count } obstacles
}
all-of-approval = { $count ->
    [one] 1 approval
   *[other] All { $count } approvals
}
all-of-commitment = { $count ->
    [one] 1 commitment
   *[other] All { $count } commitments
}
all-of-session = { $count ->
    [one] 1 session
   *[other] All { $count } sessions
}

duty-answer = Answer a wish
duty-realisation = Do what residents still miss
duty-motivation = Say why a wish was not followed
duty-feedback = Tell residents what was decided
duty-announcement = Announce a decision
duty-decision = Decide on an approval
duty-fulfilment = Keep a promise
duty-date = Name a date for a promise
