# The municipalities, and the projects of one of them.

portals-title = Municipalities
portals-about = Choose your municipality. You see what residents wished for, what was decided, and why.
portals-none = There is no municipality with public pages yet.
portal-title = Projects
portal-heading = Working together in { $municipality }
portal-about = Find a project. You see what residents asked, what was decided, and what is still to be done.
portal-search = Search for a subject, a place or a wish
portal-narrow = Narrow your choice
portal-sort = Order
portal-find = Search
portal-found = { $count ->
    [one] 1 project
   *[other] { $count } projects
}
portal-nothing = No project is like this. Search with fewer or other words.
portal-feed = Follow all projects in a feed reader (Atom)
portal-calendar = Put the dates of all projects in your calendar
filter-any = All
filter-sector = Subject
filter-status = Status
filter-phase = Phase
filter-level = Influence of residents
filter-initiative = Who began it
filter-department = Department
filter-year = Began in
sort-usual = Best match
sort-relevance = Best match
sort-latest-step = Latest step first
sort-latest-start = Newest first
sort-most-supported = Most supported first
sort-title = By name
count-wishes = { $count ->
    [one] 1 wish
   *[other] { $count } wishes
}
count-decisions = { $count ->
    [one] 1 decision
   *[other] { $count } decisions
}
count-deviations = { $count ->
    [one] 1 deviation
   *[other] { $count } deviations
}
count-obstacles = { $count ->
    [one] 1 obstacle
   *[other] { $count } obstacles
}
