# The force field of a project.

forces-title = Force field
forces-about = Who takes part, who carries this project, and who could help?
forces-public = You see the parties that are public. Who carries what within the municipality is not public.
forces-caption = The municipality stands within the dotted line, others outside it. The larger the circle, the more someone carries. The names are at the same numbers in the table below.
forces-left-out = { $count ->
    [one] There is no room for 1 party.
   *[other] There is no room for { $count } parties.
}
forces-not-alone = You are not alone in this
forces-carried-by = { $people ->
    [0] Nobody within the municipality carries this project now.
    [one] 1 person within the municipality carries this project.
   *[other] { $people } people of { $departments ->
        [one] 1 department
       *[other] { $departments } departments
    } carry this project.
}
forces-most = Who carries most carries { $share } percent.
forces-lonely = That is fragile: look for someone of another department.
forces-who-carries = Who carries this
forces-share = { $share } percent of the work
forces-nobody = Nobody is known.
forces-who-could-help = Who could help
forces-beside-inside = takes part, and carries nothing yet.
forces-beside-outside = stands outside the municipality, and carries along.
forces-department = Department { $department }: carries such projects ({ $projects }), with { $people ->
    [one] 1 person.
   *[other] { $people } people.
}
forces-project = Another such project is
forces-people = { $count ->
    [one] carried by 1 person
   *[other] carried by { $count } people
}
forces-no-help = Nobody is known who carries the like.
forces-who-solved = Who solved the like
forces-against = Against:
forces-none-solved = Nobody solved this yet. You could be the first.
forces-no-obstacles = Nothing stands in the way now.
forces-parties = All parties
forces-number = Number
forces-who = Who
forces-side = Place
forces-carries = Carries or brought in
forces-since = Takes part since
forces-until = until
forces-nothing = Nothing yet
carried-project = the project
carried-obstacles = obstacles
carried-mandates = direction or account
carried-interventions = interventions
carried-reflections = lessons
carried-advice = advice
carried-wishes = wishes
carried-proposals = proposals
carried-sessions = sessions
