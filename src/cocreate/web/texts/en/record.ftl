# Recording a step: choosing, filling in, looking over.

record-title = Record a step
record-about = What happened? Choose the step that fits.
record-do = Record
record-start = Start a project
record-about-this = Record a step about this
recorded-note = Recorded as step { $position } in the log.
lacking-import = This is only for taking over from another system.
lacking-open-project = The project is closed.
lacking-other-status = That does not fit how the project stands.
lacking-subject = There is no { $kind } yet.
lacking-internal-step = There are no internal steps.

form-about = Fill in all that you know. You may leave fields with "optional" empty.
optional = (optional)
form-choose = Choose
form-none = None
form-meanings = What do these words mean?
form-chosen = { $count ->
    [0] (none chosen yet)
    [one] (1 chosen)
   *[other] ({ $count } chosen)
}
form-choose-all = Choose all
form-choose-none = Choose none
form-nothing-to-choose = There is nothing to choose from yet.
form-narrow = Make the list shorter
form-narrow-text = Word in the title
form-narrow-do = Show
form-step = Step { $version }:
form-latest-steps = The latest steps
form-choose-step-first = First choose the step to correct.
form-one-less = Take away
form-further = More details
form-preview = Check
form-preview-about = You first see what everyone will see. Nothing is recorded yet.
form-stop = Stop without recording
form-wrong-title = Error:
form-wrong = { $count ->
    [one] 1 thing is not right yet
   *[other] { $count } things are not right yet
}
visibility-usual = As usual: { $usual }
visibility-public = Everyone
visibility-internal = Only those who work for the municipality

preview-title = This will be recorded
preview-public = This becomes public.
preview-public-about = Everyone can read it, outside the municipality too.
preview-internal = This stays internal.
preview-internal-about = Only those who work for the municipality, or audit it, can read it.
preview-said-public = This is what everyone sees
preview-said-internal = This is what the log holds
preview-follows = This follows from it
preview-stays-internal = This stays internal
preview-stays-internal-about = Who of the municipality records this. Who an internal party is stays internal as well.
preview-all-internal = All of the above. Residents do not see that there is such a step.
preview-many = { $count ->
    [one] 1 chosen
   *[other] { $count } chosen
}
preview-forever = What you record nobody can take away again. You can set it right later by another step.
preview-change = Back, to change it
since-title = { $count ->
    [one] Someone else recorded a step meanwhile.
   *[other] Others recorded { $count } steps meanwhile.
}
since-about = Your step was not recorded yet. What you filled in is still there. Look it over, then record it.

will-set-due-on = The last day will be { $day }.
will-set-objection-until = Objections can be made until { $day }.
will-set-penalty-from = From { $day } being late costs money.
will-settle-wishes = { $count ->
    [0] No wish changes its status by this.
    [one] 1 wish changes its status by this.
   *[other] { $count } wishes change their status by this.
}
will-reach-wishes = { $count ->
    [one] It is about 1 wish.
   *[other] It is about { $count } wishes.
}
will-record-deviations = { $count ->
    [one] 1 deviation is recorded as well. Residents have to be told of it.
   *[other] { $count } deviations are recorded as well. Residents have to be told of them.
}

wrong-here = Error:
wrong-required = Fill this in.
wrong-required-some = Choose or fill in at least one.
wrong-too-short = Fill this in.
wrong-too-short-some = Choose or fill in at least { $limit }.
wrong-too-long = This is too long. Use { $limit } characters at most.
wrong-too-small = Fill in a number of { $limit } or more.
wrong-too-large = Fill in a number of { $limit } at most.
wrong-wrong-type = Fill in a whole number.
wrong-not-in-list = Choose one of the options.
wrong-not-a-date = Fill in a date that exists, such as 31-01-2026.
wrong-wrong-pattern = Use only letters, digits, dots and dashes, 40 at most.
wrong-wrong-pattern-url = Fill in an address that begins with https:// or http://.
wrong-wrong-pattern-sha256 = Fill in 64 characters: digits and the letters a to f.
wrong-wrong-pattern-responsible-organisation = Fill in nine digits.
