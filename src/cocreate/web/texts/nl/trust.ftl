# Hoe iemand zelf kan nagaan dat er niets in het logboek is veranderd.

trust-about = { $municipality } schrijft elke stap op in een logboek. U hoeft ons niet te geloven dat daar niets in is veranderd. U kunt het zelf nagaan.
trust-how = Hoe het werkt
trust-how-recorded = Elke stap krijgt een nummer. Nummers worden niet overgeslagen en niet opnieuw gebruikt.
trust-how-tree = Van elke stap wordt een vingerafdruk gemaakt: een getal dat alleen bij precies die tekst hoort. Alle vingerafdrukken samen vormen een boom. Verandert er één letter, dan verandert de top van de boom.
trust-how-signed = Het logboek ondertekent steeds de top van de boom. Die handtekening en de boom zijn openbaar. De tekst van een stap kunt u er niet uit lezen.
trust-how-receipt = Bij elke stap kunt u een bewijs downloaden. Daarmee kan iedereen nagaan dat die stap in het logboek staat, ook over tien jaar.
trust-check = Een bewijs nagaan
trust-check-about = Uw browser rekent het na. Uw bewijs gaat nergens heen.
trust-needs-script = Om een bewijs hier na te gaan, moet JavaScript aan staan. U kunt het ook met een eigen programma nagaan: het bewijs is een tekst in de vorm van C2SP tlog-proof.
trust-came-with = U kwam hier met het bewijs van een stap. Dat wordt nu nagegaan.
trust-file = Kies uw bewijs
trust-file-about = De naam van het bestand eindigt op .tlog-proof.
trust-own-key = Een sleutel die u van elders hebt (dat hoeft niet)
trust-own-key-about = Vult u niets in, dan gebruiken wij de sleutels die hieronder staan. Een sleutel die u van elders hebt, bewijst meer: dan hoeft u ook deze pagina niet te geloven.
trust-do = Nagaan
trust-recorded = Wat er is vastgelegd
trust-recorded-about = Dit is de stap zoals hij in het logboek staat, met de woorden van de computer. Persoonsgegevens staan er versleuteld in. Een latere stap kan dit hebben rechtgezet.
trust-now = Hoe het logboek er nu voor staat
trust-size = Zo groot is het
trust-steps = { $count ->
    [one] 1 stap
   *[other] { $count } stappen
}
trust-signed-at = Laatst ondertekend
trust-origin = Naam van het logboek
trust-keys = { $count ->
    [one] Sleutel
   *[other] Sleutels
}
trust-no-keys = Deze server ondertekent niet zelf, en kent de sleutels niet.
trust-witnesses = Sleutels van getuigen
trust-keys-about = Met deze sleutel controleert u handtekeningen. Vergelijk hem met de sleutel die de gemeente ergens anders heeft gepubliceerd, zoals in een stuk van de raad. Zijn ze gelijk, dan is dit het echte logboek.
trust-read-checkpoint = De ondertekende top van de boom van nu
trust-read-keys = De sleutels, voor programma's
trust-unsigned = Dit logboek wordt niet ondertekend. Er zijn dus geen bewijzen die u kunt nagaan.
trust-limits = Wat dit niet bewijst
trust-limits-true = Niet dat waar is wat er staat. Wel dat het zo is opgeschreven, wanneer, en dat het daarna niet is veranderd.
trust-limits-internal = Niet wat er in interne stappen staat. Die tellen wel mee in de boom, dus ze kunnen niet ongemerkt verdwijnen.
trust-limits-server = Niet dat iedereen hetzelfde logboek te zien krijgt. Bewaar daarom uw bewijs, of vergelijk het met dat van anderen.

happened-on = Gebeurd op
recorded-at = Vastgelegd op
recorded-by = Vastgelegd door

proof-busy = Bezig met nagaan ...
proof-no-file = Kies eerst een bestand met een bewijs.
proof-not-fetched = Het bewijs kon niet worden opgehaald. Probeer het later opnieuw, of kies een bestand.
proof-verdict-ok = Het bewijs klopt
proof-verdict-ok-about = Deze stap staat in het logboek, precies zo. Sinds hij is opgeschreven, is er niets aan veranderd.
proof-verdict-wrong = Het bewijs klopt niet
proof-verdict-wrong-about = Minstens één controle is mislukt. Hieronder staat welke, en wat dat betekent. Bewaar het bestand.
proof-verdict-unknown = Niet alles kon worden nagegaan
proof-verdict-unknown-about = Er is niets gevonden dat niet klopt. Maar niet alle controles konden hier worden gedaan. Hieronder staat welke.
proof-result-ok = Klopt
proof-result-wrong = Klopt niet
proof-result-unknown = Niet nagegaan

proof-step-read = Is dit een bewijs?
proof-step-log = Is het van dit logboek?
proof-step-signature = Heeft het logboek het ondertekend?
proof-step-included = Stond deze stap in het logboek dat toen is ondertekend?
proof-step-current = Wat zegt het logboek nu?
proof-step-kept = Staat alles van toen er nu nog in?

proof-read-ok = Dit is een bewijs van stap { $position } in een logboek.
proof-read-malformed = Dit bestand is geen bewijs, of het is beschadigd. Download het bewijs opnieuw.
proof-read-no-event = Dit is een bewijs, maar er staat geen stap in die wij kunnen lezen. Het is van een ander soort logboek, of het is beschadigd.
proof-log-ok = Het bewijs en de stap noemen allebei dit logboek: { $origin }.
proof-log-other-log = Dit bewijs is van een ander logboek: { $origin }. Ga het na op de pagina's van dat logboek.
proof-log-other-place = Het bewijs is van een andere plek in het logboek dan de stap die erin staat. Er zijn twee bewijzen door elkaar gehaald, of iemand heeft het veranderd.
proof-signature-ok = De handtekening is gezet met sleutel { $key }. Dat kan alleen wie de geheime helft van die sleutel heeft.
proof-signature-not-signed = De sleutel waarmee wij controleren, heeft dit niet ondertekend. Het bewijs is vals, of van een sleutel die wij niet kennen.
proof-signature-wrong = De handtekening past niet bij de tekst. De tekst of de handtekening is veranderd.
proof-included-ok = De vingerafdruk van deze stap komt uit op de top van de boom van { $size } stappen. Dus er is geen letter aan veranderd.
proof-included-too-small = Het logboek dat toen is ondertekend, had { $size } stappen. Deze stap kwam pas later. Deze handtekening bewijst hem dus niet.
proof-included-wrong = De vingerafdruk van deze stap komt niet uit op de top van de boom. De stap of het bewijs is veranderd.
proof-current-ok = Het logboek heeft nu { $size } stappen, en dat is ondertekend. Bij uw bewijs waren het er { $before }.
proof-current-unsigned = Wat de server nu laat zien, is niet ondertekend met de sleutel van dit logboek.
proof-current-shorter = De server laat nu een logboek zien van { $size } stappen. Bij uw bewijs waren het er al { $before }. Er is dus iets weggehaald. Bewaar uw bewijs, en meld het bij de rekenkamer van de gemeente.
proof-kept-ok = Alle { $before } stappen van toen staan er nu nog precies zo in. Er is niets tussen gezet en niets weggehaald.
proof-kept-wrong = Het logboek van nu gaat niet verder op dat van toen. Het is opnieuw geschreven. Bewaar uw bewijs, en meld het bij de rekenkamer van de gemeente.
proof-any-not-reached = Dit kan pas als een eerdere controle klopt.
proof-any-insecure = Een browser rekent alleen na op een veilige verbinding (https).
proof-any-no-ed25519 = Uw browser kent dit soort handtekening niet. Gebruik een nieuwere browser.
proof-any-unreachable = De server gaf geen antwoord. Probeer het later opnieuw.
proof-any-bad-key = Er is geen goede sleutel van dit logboek om mee te controleren. Kijk na wat u hebt ingevuld.
