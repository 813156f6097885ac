# A project, and what is in it.

project-became = What became of it?
project-in-short = { $wishes ->
    [0] No wishes were recorded yet.
    [one] There is 1 wish.
   *[other] There are { $wishes } wishes.
} { $decisions ->
    [0] Nothing was decided yet.
    [one] 1 decision was made.
   *[other] { $decisions } decisions were made.
} { $deviations ->
    [0] { "" }
    [one] It departed 1 time from what residents wanted.
   *[other] They departed { $deviations } times from what residents wanted.
} { $owed ->
    [0] There is nothing that the municipality still has to do.
    [one] The municipality still has to do 1 thing.
   *[other] The municipality still has to do { $owed } things.
}
project-nothing-yet = There are no wishes or decisions yet.
project-owed = What the municipality still has to do
project-owed-about = { $count ->
    [one] Residents still wait for 1 thing.
   *[other] Residents still wait for { $count } things. The longest wait comes first.
}
project-obstacles = What stands in the way
project-dates = What is due when
project-asked = What we asked
project-decided = What was decided
project-deviations = Where it departed from wishes
project-about = About this project
proposals = Proposals
nothing-decided = Nothing was decided yet.
blocks = Holds up:
fixed = What is fixed
open = What residents can influence
to-report = The whole report, to read or to print
to-sessions = { $count ->
    [0] Sessions
    [one] 1 session
   *[other] { $count } sessions
}

until-day = until
branches-left-out = { $count ->
    [one] One thing happened before this. It is in the lists below.
   *[other] { $count } things happened before this. They are in the lists below.
}
node-wish = { $count ->
    [one] Wish
   *[other] Wishes
}
node-proposal = { $count ->
    [one] Proposal
   *[other] Proposals
}
node-decision = { $count ->
    [one] Decision
   *[other] Decisions
}
node-deviation = { $count ->
    [one] Deviation
   *[other] Deviations
}
node-feedback = { $count ->
    [one] Told to residents
   *[other] Told to residents
}
node-realisation = { $count ->
    [one] Done
   *[other] Done
}
node-many-wish = { $count } wishes
node-many-proposal = { $count } proposals
node-many-decision = { $count } decisions
node-many-deviation = { $count } deviations
node-many-feedback = { $count } messages
node-many-realisation = { $count } wishes done
follows-wish = Comes from:
follows-proposal = In answer to:
follows-decision = About:
follows-deviation = With:
follows-feedback = About:

reference = Reference
legal-basis = By law
why-per-part = Said for each part; see below.
objection-until = Objections until
deviates-from = Departs from
ground = Ground
alternatives = What else was weighed
fed-back = Told to residents
not-fed-back = Not yet
needed-for = Needed for
tried = What was tried
answers = In answer to
attended = Number of people
waits-for = What this waits for
waited-days = { $count ->
    [0] That is so since today.
    [one] That is so for 1 day now.
   *[other] That is so for { $count } days now.
}
to-be-done-by = To be done by: { $who }.
days-counted = Which days were counted
term-by-law = The term stands in: { $ground }
story = What happened
read-more = Read more
of-title = of "{ $title }"
in-short = In short
said-why = The municipality gave as its reason:
at-position = Step { $position } in the log.
receipt = Proof
of-position = of step { $position }
keep-this = Keep this
keep-this-about = The address of this page does not change. Keep it, and you can always see what becomes of it.
download-receipt = Download the proof that this was recorded
check-receipt = Check in your browser whether it holds

due-approval = Due: decision on "{ $title }"
due-commitment = Due: "{ $title }"
due-objection = Last day to object: "{ $title }"
project-informed = Stay informed
follow-feed = Follow this project in a feed reader (Atom)
follow-calendar = Put the dates in your calendar
share-by-mail = Pass on the address of this page
