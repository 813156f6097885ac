follow-by-mail = Krijg een e-mail als er iets gebeurt
follow-title = Volgen per e-mail
follow-about = U krijgt een e-mail als er iets gebeurt met { $title }. Hoogstens één per dag.
follow-address = Uw e-mailadres
follow-address-about = Wij vragen u eerst in een e-mail of dit adres van u is. Pas als u ja zegt, volgt u dit.
follow-privacy = Wij gebruiken uw adres alleen hiervoor, en bewaren het versleuteld. In elke e-mail staat hoe u stopt. Dan wissen wij uw adres.
follow-do = Volgen
follow-wrong = Dit is geen e-mailadres. Een adres ziet eruit als naam@voorbeeld.nl.
follow-asked = Kijk nu in uw e-mail
follow-asked-about = U krijgt zo een e-mail met een vraag. Zeg ja, en u volgt { $title }.
follow-asked-none = Geen e-mail gekregen? Kijk bij de ongewenste e-mail. Als u dit al volgt, sturen wij niets.
follow-back = Terug naar { $title }
following-something = dit traject
following-question = Wilt u { $title } volgen?
following-question-about = U krijgt een e-mail als er iets gebeurt. Hoogstens één per dag.
following-yes = Ja, ik wil dit volgen
following-no = Nee, wis mijn adres
following-now = U volgt { $title }
following-now-about = U krijgt een e-mail als er iets gebeurt. Hoogstens één per dag. Stopt u, dan wissen wij uw adres.
following-stop = Stoppen
following-left = U volgt dit niet meer
following-left-about = Wij hebben uw adres gewist. U krijgt geen e-mail meer over dit traject.
following-gone = U volgt dit niet
following-gone-about = Deze link werkt niet meer. Wij hebben geen adres dat erbij hoort.

letter-question = Wilt u { $title } volgen?
letter-question-text =
    Iemand gaf dit e-mailadres op om { $title } te volgen. Dat is iets van { $municipality }:
    { $page }

    Was u dat? Open dan deze pagina en zeg ja:
    { $answer }

    Was u dat niet? Dan hoeft u niets te doen. Wij sturen u verder niets, en wissen uw adres na 2 dagen.
letter-news = { $title }: { $count ->
        [one] er is iets gebeurd
       *[other] er is { $count } keer iets gebeurd
    }
letter-news-text =
    Er is nieuws over { $title }, van { $municipality }.

    { $told }

    Alles staat hier:
    { $page }

    U krijgt hoogstens één e-mail per dag. Wilt u stoppen? Dat kan hier:
    { $answer }
letter-why = De reden: "{ $why }"
letter-more = En er gebeurde nog { $count ->
        [one] iets.
       *[other] meer: { $count } stappen.
    }
