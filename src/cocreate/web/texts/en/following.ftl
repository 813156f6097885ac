follow-by-mail = Get an e-mail when something happens
follow-title = Follow by e-mail
follow-about = You get an e-mail when something happens with { $title }. At most one a day.
follow-address = Your e-mail address
follow-address-about = We first ask you in an e-mail whether this address is yours. Only when you say yes do you follow this.
follow-privacy = We use your address for this alone, and keep it encrypted. Every e-mail says how to stop. Then we erase your address.
follow-do = Follow
follow-wrong = This is not an e-mail address. An address looks like name@example.com.
follow-asked = Now look in your e-mail
follow-asked-about = You will get an e-mail with a question. Say yes, and you follow { $title }.
follow-asked-none = No e-mail? Look among the unwanted e-mail. If you follow this already, we send nothing.
follow-back = Back to { $title }
following-something = this project
following-question = Do you want to follow { $title }?
following-question-about = You get an e-mail when something happens. At most one a day.
following-yes = Yes, I want to follow this
following-no = No, erase my address
following-now = You follow { $title }
following-now-about = You get an e-mail when something happens. At most one a day. If you stop, we erase your address.
following-stop = Stop
following-left = You follow this no longer
following-left-about = We have erased your address. You will get no more e-mail about this project.
following-gone = You do not follow this
following-gone-about = This link works no longer. We have no address that belongs to it.

letter-question = Do you want to follow { $title }?
letter-question-text =
    Somebody gave this e-mail address to follow { $title }. It is something of { $municipality }:
    { $page }

    Was that you? Then open this page and say yes:
    { $answer }

    Was it not you? Then you need not do anything. We send you nothing more, and erase your address after 2 days.
letter-news = { $title }: { $count ->
        [one] something happened
       *[other] { $count } things happened
    }
letter-news-text =
    There is news about { $title }, of { $municipality }.

    { $told }

    All of it is here:
    { $page }

    You get at most one e-mail a day. Do you want to stop? You can do so here:
    { $answer }
letter-why = The reason: "{ $why }"
letter-more = And { $count ->
        [one] one more thing
       *[other] { $count } more things
    } happened.
