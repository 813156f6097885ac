"""The data of the glossary, one table per vocabulary.

Under each code stand a Dutch and an English line, both ``label: definition``.
:mod:`cocreate.domain.glossary` reads the tables; their order is the order of the glossary.
"""

from typing import Final

TERMS: Final[dict[str, str]] = {
    "concept": """
municipality
  gemeente: Het lokale bestuur van een stad of streek, met een eigen logboek in dit systeem.
  municipality: The local government of a town or area, with a log of its own in this system.
project
  co-creatietraject: Alles wat inwoners en gemeente samen doen rond één maatschappelijke vraag.
  project: Everything that residents and the municipality do together on one public problem.
wish
  wens: Iets wat een inwoner of groep graag wil bereiken of veranderen.
  wish: Something that a resident or group would like to achieve or change.
proposal
  voorstel: Een uitgewerkt plan dat antwoord geeft op één of meer wensen.
  proposal: A worked-out plan that answers one or more wishes.
decision
  besluit: Een keuze van iemand die daarover mag gaan, zoals de gemeenteraad of het college.
  decision: A choice made by someone entitled to make it, such as the council or the college.
deviation
  afwijking: Een verschil tussen wat is gevraagd en wat is besloten, met de reden daarvan.
  deviation: A difference between what was asked and what was decided, with the reason for it.
feedback
  terugkoppeling: Het bericht aan inwoners over wat er met hun inbreng is gedaan en waarom.
  feedback: The message that tells residents what was done with their input, and why.
approval
  toestemming: Een akkoord dat iemand moet geven voordat het plan door kan gaan.
  approval: The consent that someone must give before the plan can go ahead.
obstacle
  hobbel: Iets wat het traject ophoudt of onmogelijk maakt.
  obstacle: Something that delays the project or makes it impossible.
intervention
  interventie: Een actie om een hobbel weg te nemen of kleiner te maken.
  intervention: An action taken to remove an obstacle or make it smaller.
commitment
  toezegging: Een belofte om iets te doen, zo mogelijk met een datum.
  commitment: A promise to do something, if possible by a given date.
framework
  kaders en beïnvloedingsruimte: Wat vooraf vaststaat en wat inwoners nog kunnen veranderen.
  framework: What is fixed beforehand, and what residents can still change.
participation-level
  participatieniveau: Hoeveel invloed inwoners hebben op de uitkomst.
  participation level: How much residents can influence the result.
initiative
  initiatief: Wie met het plan is begonnen en daarin de leiding heeft.
  initiative: Who started the plan and takes the lead in it.
tension
  paradox in publieke waarden: Twee waarden zijn allebei belangrijk, maar gaan hier moeilijk samen.
  tension: Two public values both matter, but are hard to combine here.
mandate
  regie en mandaat: De afspraak over wie het traject leidt en wie er verantwoording over aflegt.
  mandate: The agreement on who leads the project and who answers for it.
party
  partij: Een persoon, groep of organisatie die belang of invloed heeft bij het traject.
  party: A person, group or organisation with an interest in the project or influence on it.
session
  bijeenkomst: Een moment of werkvorm waarin mensen samen praten, ontwerpen of kiezen.
  session: An occasion or work form in which people talk, design or choose together.
reflection
  reflectie: Een les die betrokkenen trekken uit wat er goed of fout ging.
  reflection: A lesson that those involved draw from what went well or badly.
advice
  advies: Het oordeel van een deskundige of commissie, bedoeld voor wie het besluit neemt.
  advice: The opinion of an expert or committee, meant for those who take the decision.
milestone
  mijlpaal: Een belangrijk punt dat het traject op een bepaalde datum wil bereiken.
  milestone: An important point that the project means to reach by a certain date.
final-report
  eindverslag: Het verslag na afloop: hoe het ging, wie meededen en wat met hun inbreng is gedaan.
  final report: The account afterwards: how it went, who took part, what was done with their input.
suitability
  geschiktheid voor co-creatie: Het oordeel of samen met inwoners werken past bij deze vraag.
  suitability: The judgement whether working together with residents fits this question.
""",
    "sector": """
energy-and-environment
  energie en milieu: Schone energie, klimaat, natuur en een gezonde leefomgeving.
  energy and environment: Clean energy, climate, nature and healthy surroundings.
poverty
  armoede: Hulp aan mensen met te weinig geld of met schulden.
  poverty: Help for people who have too little money or are in debt.
education
  onderwijs: Scholen en alles wat helpt bij leren.
  education: Schools and everything that helps people learn.
safety
  veiligheid: Voorkomen van misdaad, overlast en ongelukken in de buurt.
  safety: Preventing crime, nuisance and accidents in the neighbourhood.
care
  zorg en welzijn: Hulp bij gezondheid, opvoeden en het dagelijks leven.
  care: Help with health, raising children and daily life.
public-space
  openbare ruimte: Straten, pleinen, parken en speelplekken die van iedereen zijn.
  public space: Streets, squares, parks and playgrounds that belong to everyone.
housing
  wonen: Huizen bouwen, verdelen en verbeteren.
  housing: Building, allocating and improving homes.
mobility
  verkeer en vervoer: Lopen, fietsen, rijden, parkeren en het openbaar vervoer.
  mobility: Walking, cycling, driving, parking and public transport.
other
  ander onderwerp: Een onderwerp dat niet bij de andere thema's past.
  other: A subject that none of the other sectors covers.
""",
    "initiative": """
municipality
  inwonersparticipatie: De gemeente begint met een plan en vraagt inwoners om mee te doen.
  municipal initiative: The municipality starts a plan and asks residents to take part.
residents
  overheidsparticipatie: Inwoners beginnen met een plan en de gemeente helpt of doet mee.
  residents' initiative: Residents start a plan and the municipality helps or joins in.
right-to-challenge
  uitdaagrecht: Inwoners vragen om een taak van de gemeente zelf uit te voeren.
  right to challenge: Residents ask to carry out a task of the municipality themselves.
""",
    "participation-level": """
inform
  informeren: Inwoners horen wat er gebeurt, maar hebben geen invloed op de keuze.
  inform: Residents hear what is happening, but have no influence on the choice.
consult
  raadplegen: Inwoners geven hun mening, en de gemeente bepaalt wat zij ermee doet.
  consult: Residents give their opinion, and the municipality decides what to do with it.
advise
  adviseren: Inwoners geven een advies, en de gemeente legt uit als zij het niet volgt.
  advise: Residents give advice, and the municipality explains why if it does not follow it.
co-produce
  coproduceren: Inwoners en gemeente maken samen het plan, binnen de afgesproken kaders.
  co-produce: Residents and the municipality make the plan together, within agreed limits.
co-decide
  meebeslissen: Inwoners nemen het besluit zelf of samen met de gemeente.
  co-decide: Residents take the decision themselves or together with the municipality.
""",
    "project-status": """
running
  lopend: Er wordt aan het traject gewerkt.
  running: People are working on the project.
paused
  gepauzeerd: Het werk ligt een tijd stil en kan later verdergaan.
  paused: Work stands still for a while and may go on later.
completed
  afgerond: Het traject is klaar en de uitkomst is bekend.
  completed: The project is finished and its result is known.
stopped
  gestopt: Het traject is beëindigd voordat het klaar was.
  stopped: The project was ended before it was finished.
""",
    "phase": """
framing
  kaderstelling: Het begin van een traject, tot vaststaat wat open is en wat niet.
  framing: The start of a project, until it is settled what is open and what is not.
preparation
  voorbereiding: De tijd waarin inwoners en gemeente samen toewerken naar een besluit.
  preparation: The time in which residents and municipality work towards a decision together.
execution
  uitvoering: De tijd na het eerste besluit, waarin wordt gedaan wat is besloten.
  execution: The time after the first decision, in which what was decided is done.
evaluation
  evaluatie: De tijd na de afsluiting, waarin iedereen terugkijkt en leert.
  evaluation: The time after the end, in which all look back and learn.
""",
    "visibility": """
public
  openbaar: Iedereen mag deze stap lezen.
  public: Everyone may read this step.
internal
  alleen intern: Alleen mensen die voor de gemeente werken, mogen deze stap lezen.
  internal: Only people who work for the municipality may read this step.
""",
    "suitability": """
go
  geschikt: De vraag leent zich voor co-creatie en het traject kan beginnen.
  suitable: The question lends itself to co-creation and the project can start.
conditions
  geschikt onder voorwaarden: Co-creatie kan, als eerst een aantal zaken is geregeld.
  suitable on conditions: Co-creation is possible once a number of things have been arranged.
no-go
  niet geschikt: Hier is geen ruimte om samen met inwoners tot een oplossing te komen.
  not suitable: There is no room here to find a solution together with residents.
""",
    "degree": """
low
  laag: Het speelt nauwelijks en heeft weinig gevolgen voor het traject.
  low: It hardly plays a part and has little effect on the project.
medium
  gemiddeld: Het speelt duidelijk mee en vraagt om aandacht.
  medium: It clearly plays a part and needs attention.
high
  hoog: Het speelt sterk en kan bepalen of het traject lukt.
  high: It plays a strong part and can decide whether the project succeeds.
""",
    "body": """
council
  gemeenteraad: De gekozen vertegenwoordigers van de inwoners, die de hoofdlijnen bepalen.
  council: The elected representatives of the residents, who set the main course.
college
  college van B en W: De burgemeester en wethouders, die de gemeente dagelijks besturen.
  college of mayor and aldermen: The board that runs the municipality day by day.
mayor
  burgemeester: De voorzitter van raad en college, met eigen taken voor orde en veiligheid.
  mayor: The chair of council and college, with own duties for public order and safety.
official-under-mandate
  ambtenaar met mandaat: Een medewerker die namens het bestuur een besluit mag nemen.
  official under mandate: An employee who may take a decision on behalf of the administration.
residents
  inwoners: De mensen in de gemeente, als zij zelf over iets mogen beslissen.
  residents: The people of the municipality, where they may decide something themselves.
other-authority
  andere overheid: Een overheid buiten de gemeente, zoals provincie, waterschap of rijk.
  other authority: Another public authority, such as province, water board or state.
""",
    "party-kind": """
resident
  inwoner: Iemand die in de gemeente woont en voor zichzelf spreekt.
  resident: Someone who lives in the municipality and speaks for themselves.
group
  groep: Mensen die samen optrekken zonder officiële organisatie, zoals buren.
  group: People who act together without a formal organisation, such as neighbours.
organisation
  organisatie: Een vereniging, stichting, bedrijf of instelling.
  organisation: An association, foundation, company or institution.
department
  afdeling: Een onderdeel van de gemeentelijke organisatie.
  department: A unit of the municipal organisation.
council-faction
  raadsfractie: De raadsleden van één partij in de gemeenteraad.
  council faction: The council members of one political party.
other-authority
  andere overheid: Een overheid buiten de gemeente, zoals provincie, waterschap of rijk.
  other authority: Another public authority, such as province, water board or state.
""",
    "position": """
internal
  binnen de gemeente: De partij hoort bij de gemeentelijke organisatie of het bestuur.
  inside the municipality: The party is part of the municipal organisation or administration.
external
  buiten de gemeente: De partij hoort niet bij de gemeentelijke organisatie of het bestuur.
  outside the municipality: The party is not part of the municipal organisation or administration.
""",
    "mandate-role": """
directs
  voert regie: De partij leidt het traject en bewaakt de voortgang.
  directs: The party leads the project and watches over its progress.
gives-account
  legt verantwoording af: De partij legt in het openbaar uit wat er is gedaan en waarom.
  gives account: The party explains in public what was done and why.
""",
    "work-form": """
information-evening
  informatieavond: Een avond waarop de gemeente uitleg geeft en vragen beantwoordt.
  information evening: An evening on which the municipality explains and answers questions.
conversation
  gesprek: Een overleg met één persoon of een klein aantal mensen.
  conversation: A talk with one person or a small number of people.
workshop
  werksessie: Een bijeenkomst waarin deelnemers aan de hand van opdrachten ideeën uitwerken.
  workshop: A meeting in which participants work out ideas through exercises.
design-session
  ontwerpsessie: Een bijeenkomst waarin deelnemers samen een ontwerp of schets maken.
  design session: A meeting in which participants make a design or sketch together.
site-visit
  bezoek ter plaatse: Samen gaan kijken op de plek waar het om gaat.
  site visit: Going together to look at the place in question.
survey
  vragenlijst: Dezelfde vragen aan veel mensen, op papier of via internet.
  survey: The same questions put to many people, on paper or online.
online-platform
  digitaal platform: Een plek op internet waar mensen ideeën delen en erop reageren.
  online platform: A place on the internet where people share ideas and respond to them.
citizens-assembly
  burgerberaad: Door loting gekozen inwoners overleggen en komen samen tot een advies.
  citizens' assembly: Residents chosen by lot discuss a question and agree on advice.
living-lab
  proeftuin: Een echte plek waar betrokkenen nieuwe oplossingen in de praktijk uitproberen.
  living lab: A real place where those involved try out new solutions in practice.
community-of-practice
  leergemeenschap: Een vaste groep die bijeenkomt om van elkaars werk te leren.
  community of practice: A regular group that meets to learn from each other's work.
door-to-door
  langs de deuren: Bij mensen thuis aanbellen om te horen wat zij vinden.
  door to door: Calling at people's homes to hear what they think.
working-group
  werkgroep: Een kleine vaste groep die een deel van het plan uitwerkt.
  working group: A small regular group that works out part of the plan.
vote
  stemming: Deelnemers kiezen met hun stem tussen plannen of mogelijkheden.
  vote: Participants choose between plans or options by casting a vote.
other
  andere werkvorm: Een manier van samenkomen die hier niet apart wordt genoemd.
  other: A way of coming together that has no name of its own here.
""",
    "outcome": """
adopted
  overgenomen: Het besluit doet precies wat is gevraagd of voorgesteld.
  adopted: The decision does exactly what was asked or proposed.
adopted-with-changes
  gewijzigd overgenomen: Het besluit volgt het idee voor een deel of in een andere vorm.
  adopted with changes: The decision follows the idea in part or in another form.
rejected
  afgewezen: Het besluit is om het gevraagde niet te doen.
  rejected: The decision is not to do what was asked.
deferred
  aangehouden: De keuze is uitgesteld en volgt later.
  deferred: The choice has been put off and will be made later.
""",
    "wish-status": """
open
  in behandeling: Er is over de wens nog geen besluit genomen.
  open: No decision has been taken on the wish yet.
adopted
  overgenomen: Er is besloten om te doen wat de wens vraagt.
  adopted: It was decided to do what the wish asks.
adopted-with-changes
  gewijzigd overgenomen: Er is besloten om de wens deels of anders uit te voeren.
  adopted with changes: It was decided to carry out the wish in part or differently.
rejected
  afgewezen: Er is besloten om de wens niet uit te voeren.
  rejected: It was decided not to carry out the wish.
deferred
  aangehouden: Het besluit over de wens is uitgesteld tot later.
  deferred: The decision on the wish has been put off until later.
realised
  gerealiseerd: Volgens de gemeente is uitgevoerd wat de wens vroeg.
  realised: According to the municipality, what the wish asked for has been carried out.
withdrawn
  ingetrokken: Wie de wens indiende, wil er niet mee verder.
  withdrawn: Whoever made the wish does not want to go on with it.
merged
  samengevoegd: De wens is opgegaan in een andere wens die erop lijkt.
  merged: The wish has become part of another wish that is like it.
split
  gesplitst: De wens is verdeeld in meerdere wensen die elk een eigen antwoord krijgen.
  split: The wish was divided into several wishes that each get an answer.
""",
    "proposal-status": """
open
  in behandeling: Er is over het voorstel nog geen besluit genomen.
  open: No decision has been taken on the proposal yet.
adopted
  overgenomen: Er is besloten om het voorstel uit te voeren zoals het er ligt.
  adopted: It was decided to carry out the proposal as it stands.
adopted-with-changes
  gewijzigd overgenomen: Er is besloten om het voorstel deels of anders uit te voeren.
  adopted with changes: It was decided to carry out the proposal in part or differently.
rejected
  afgewezen: Er is besloten om het voorstel niet uit te voeren.
  rejected: It was decided not to carry out the proposal.
deferred
  aangehouden: Het besluit over het voorstel is uitgesteld tot later.
  deferred: The decision on the proposal has been put off until later.
withdrawn
  ingetrokken: De indieners willen met het voorstel niet verder.
  withdrawn: Those who made the proposal do not want to go on with it.
merged
  samengevoegd: Het voorstel is opgegaan in een ander voorstel.
  merged: The proposal has become part of another proposal.
split
  gesplitst: Het voorstel is verdeeld in meerdere voorstellen.
  split: The proposal was divided into several proposals.
""",
    "residents-word": """
confirmed
  bevestigd: Inwoners vinden ook dat hun wens is uitgekomen.
  confirmed: Residents agree that their wish has come true.
disputed
  tegengesproken: Inwoners vinden dat hun wens niet of niet helemaal is uitgekomen.
  disputed: Residents say that their wish has not, or not fully, come true.
""",
    "advice-conclusion": """
positive
  positief: De adviseur raadt aan om het plan uit te voeren.
  positive: The adviser recommends carrying out the plan.
positive-with-conditions
  positief onder voorwaarden: De adviseur is voor, als aan bepaalde eisen wordt voldaan.
  positive with conditions: The adviser is in favour, provided that certain demands are met.
negative
  negatief: De adviseur raadt het plan af.
  negative: The adviser recommends against the plan.
neutral
  neutraal: De adviseur geeft informatie, maar kiest niet voor of tegen.
  neutral: The adviser gives information, but does not take sides.
""",
    "deviation-ground": """
law
  wet: Een wet of verordening staat niet toe wat is gevraagd.
  law: A law or local ordinance does not allow what was asked.
safety
  veiligheid: Wat is gevraagd, zou gevaar opleveren voor mensen.
  safety: What was asked would put people in danger.
budget
  geld: Er is niet genoeg geld beschikbaar voor wat is gevraagd.
  budget: There is not enough money available for what was asked.
conflicting-public-value
  andere publieke waarde: Een ander algemeen belang woog zwaarder, zoals gelijkheid of privacy.
  conflicting public value: Another public interest weighed more, such as equality or privacy.
conflicting-wish
  andere wens: Andere inwoners willen iets wat hier niet mee samengaat.
  conflicting wish: Other residents want something that cannot go together with this.
policy
  beleid: Wat is gevraagd, past niet bij keuzes die het bestuur eerder heeft gemaakt.
  policy: What was asked does not fit choices that the administration made before.
technical
  techniek: Het kan niet worden gemaakt of werkt niet op deze plek.
  technical: It cannot be built or does not work in this place.
third-party-rights
  rechten van anderen: Het zou de rechten schaden van anderen, zoals eigenaren of buren.
  third-party rights: It would harm the rights of others, such as owners or neighbours.
outside-competence
  buiten de bevoegdheid: Wie het besluit nam, mag hier niet over gaan.
  outside competence: The body that decided has no power to settle this matter.
other
  andere reden: Een reden die hier niet apart staat en die in de motivering wordt uitgelegd.
  other: A reason not listed here, which the motivation explains.
not-stated
  geen reden gegeven: Bij het besluit is niet verteld waarom het afwijkt.
  not stated: The decision does not say why it deviates.
""",
    "deviation-status": """
recorded
  vastgelegd: De afwijking staat met haar reden in het logboek.
  recorded: The deviation is in the log with its reason.
contested
  betwist: Inwoners zijn het niet eens met de afwijking of met de reden.
  contested: Residents disagree with the deviation or with the reason given.
settled
  afgehandeld: Er is een uitkomst nadat inwoners de afwijking hadden betwist.
  settled: There is an outcome after residents had contested the deviation.
""",
    "settlement": """
upheld
  gehandhaafd: De afwijking blijft zoals zij was.
  upheld: The deviation stays as it was.
revised
  herzien: Het besluit of de motivering is aangepast.
  revised: The decision or the motivation was changed.
withdrawn
  ingetrokken: Wie de afwijking betwistte of ertoe besloot, heeft dat teruggenomen.
  withdrawn: Whoever contested the deviation or decided on it has taken that back.
agreed
  in overleg opgelost: Inwoners en gemeente hebben samen een oplossing gevonden.
  agreed: Residents and the municipality found a solution together.
""",
    "feedback-channel": """
letter
  brief: Een bericht op papier, met de post of in de brievenbus bezorgd.
  letter: A message on paper, sent by post or put through the letterbox.
email
  e-mail: Een bericht naar het digitale adres van de ontvanger.
  email: A message to the electronic address of the recipient.
meeting
  bijeenkomst: Uitleg aan een groep mensen die bij elkaar is gekomen.
  meeting: An explanation to a group of people who have come together.
conversation
  gesprek: Persoonlijke uitleg, aan de telefoon of onder vier ogen.
  conversation: A personal explanation, by telephone or face to face.
website
  webpagina: Een bericht op internet dat iedereen kan lezen.
  website: A message on the internet that everyone can read.
newsletter
  nieuwsbrief: Een bericht aan alle mensen die zich voor nieuws hebben aangemeld.
  newsletter: A message to everyone who signed up for news.
public-notice
  bekendmaking: Een officieel bericht van de gemeente, zoals in het gemeenteblad.
  public notice: An official announcement by the municipality, such as in its gazette.
""",
    "approval-kind": """
permit
  vergunning: Een officieel besluit dat iets mag, bijvoorbeeld bouwen of kappen.
  permit: An official decision that something is allowed, such as building or felling trees.
budget
  begroting: Een besluit om geld van de gemeente voor het plan vrij te maken.
  budget: A decision to set aside municipal money for the plan.
procurement
  inkoop en aanbesteding: De keuze van een bedrijf voor het werk, volgens vaste regels.
  procurement: The choice of a company to do the work, made by fixed rules.
legal
  juridische toets: De vaststelling dat het plan volgens het recht mag.
  legal review: The finding that the plan is allowed under the law.
traffic
  verkeer: Het akkoord op gevolgen voor het verkeer, zoals in een verkeersbesluit.
  traffic: The consent to effects on traffic, such as in a traffic order.
safety
  veiligheid: Het akkoord van bijvoorbeeld brandweer of politie dat het veilig kan.
  safety: The consent of, for instance, fire brigade or police that it is safe.
heritage
  erfgoed: Het akkoord op gevolgen voor monumenten en beschermde plekken.
  heritage: The consent to effects on monuments and protected places.
environment
  milieu en natuur: Het akkoord op gevolgen voor natuur, bodem, water, lucht en geluid.
  environment: The consent to effects on nature, soil, water, air and noise.
privacy
  bescherming van persoonsgegevens: Het akkoord op hoe het plan omgaat met gegevens van mensen.
  privacy: The consent to how the plan handles data about people.
subsidy
  subsidieverlening: Het besluit van een overheid of fonds om geld aan het plan te geven.
  subsidy: The decision of an authority or fund to give money to the plan.
owner-consent
  instemming van de eigenaar: Het akkoord van wie de grond of het bouwwerk bezit.
  owner's consent: The agreement of whoever owns the land or the structure.
other
  andere toestemming: Een akkoord dat nodig is en hier niet apart wordt genoemd.
  other: A consent that is needed and has no name of its own here.
""",
    "approval-status": """
pending
  aangevraagd: De toestemming is gevraagd en er is nog geen besluit.
  pending: The approval has been asked for and there is no decision yet.
suspended
  opgeschort: De termijn om te beslissen staat tijdelijk stil.
  suspended: The term for deciding stands still for the time being.
granted
  verleend: De toestemming is gegeven.
  granted: The approval was given.
refused
  geweigerd: De toestemming is niet gegeven.
  refused: The approval was not given.
withdrawn
  ingetrokken: De aanvraag of de toestemming is teruggenomen en geldt niet meer.
  withdrawn: The application or the approval was taken back and no longer counts.
concluded
  afgehandeld: De bron van deze gegevens vertelt dat het klaar is, maar niet wat er is besloten.
  dealt with: The source of these data tells that it is done, but not what was decided.
""",
    "procedure": """
awb-reasonable
  redelijke termijn (Awb 4:13): Geen wet noemt een termijn; na acht weken is een redelijke voorbij.
  reasonable term (Awb 4:13): No law sets a term; a reasonable one is over after eight weeks.
omgevingswet-regular
  reguliere procedure Omgevingswet: Beslissen binnen acht weken, eenmaal zes weken later.
  regular procedure, Environment Act: Decide within eight weeks, once extended by six.
omgevingswet-extensive
  uitgebreide procedure Omgevingswet: Beslissen binnen zes maanden, eenmaal zes weken later.
  extensive procedure, Environment Act: Decide within six months, once extended by six weeks.
woo-request
  verzoek om informatie (Woo): Beslissen binnen vier weken, eenmaal twee weken later.
  request for information (Woo): Decide within four weeks, once extended by two.
objection-decision
  beslissing op bezwaar: Beslissen binnen zes weken nadat de bezwaartermijn voorbij is.
  decision on objection: Decide within six weeks after the objection term is over.
objection-decision-committee
  beslissing op bezwaar met commissie: Een commissie adviseert; beslissen binnen twaalf weken.
  decision on objection with committee: A committee advises; decide within twelve weeks.
public-preparation
  openbare voorbereiding (Awb 3:18): Iedereen kan eerst reageren; beslissen binnen zes maanden.
  public preparation (Awb 3:18): Everyone may respond first; decide within six months.
none
  geen wettelijke termijn: Geen wet zegt wanneer er beslist moet zijn, zoals bij intern akkoord.
  no statutory term: No law says by when to decide, as with consent inside the organisation.
""",
    "suspension-ground": """
incomplete-application
  aanvraag niet compleet: De aanvrager is gevraagd om stukken of gegevens die nog ontbreken.
  incomplete application: The applicant was asked for documents or data that are still missing.
information-from-abroad
  informatie uit het buitenland: Er wordt gewacht op gegevens van een buitenlandse instantie.
  information from abroad: Data are awaited from a body in another country.
consent
  instemming van de aanvrager: De aanvrager vindt schriftelijk goed dat de beslissing later komt.
  applicant's consent: The applicant agrees in writing that the decision comes later.
applicant-delay
  vertraging door de aanvrager: Het ligt aan de aanvrager dat de beslissing langer duurt.
  delay by the applicant: It is due to the applicant that the decision takes longer.
force-majeure
  overmacht: Beslissen kan niet door iets waar de overheid niets aan kan doen.
  force majeure: Deciding is impossible through something beyond the authority's control.
""",
    "obstacle-category": """
internal-collaboration
  interne samenwerking: De ambtenaar krijgt in de eigen organisatie te weinig medewerking.
  internal collaboration: The official gets too little help inside the own organisation.
democratic-account
  democratische verantwoording: Niemand weet wie aan raad en inwoners uitleg moet geven.
  democratic account: Nobody knows who has to explain things to council and residents.
direction-over-democracy
  regie over de democratie: Het is onduidelijk of raad, college of inwoners de leiding hebben.
  direction over democracy: It is unclear whether council, college or residents are in charge.
policy-safeguarding
  borging in beleid: Wat samen is bedacht, krijgt geen vaste plek in de regels en plannen.
  policy safeguarding: What was worked out together gets no lasting place in rules and plans.
public-value-conflict
  botsing van publieke waarden: Twee algemene belangen gaan in dit plan niet goed samen.
  public-value conflict: Two public interests do not go well together in this plan.
political-sensitivity
  politieke gevoeligheid: Het onderwerp ligt zo lastig in de politiek dat er weinig ruimte is.
  political sensitivity: The subject is so delicate in politics that little room is left.
rule-pressure
  regeldruk: Er zijn zoveel regels en procedures dat het plan moeilijk vooruitkomt.
  rule pressure: There are so many rules and procedures that the plan hardly moves on.
capacity
  menskracht: Er zijn te weinig mensen of uren om het werk te doen.
  capacity: There are too few people or hours to do the work.
money
  geld: Er is te weinig geld, of het is niet duidelijk wie betaalt.
  money: There is too little money, or it is not clear who pays.
knowledge-and-competence
  kennis en vaardigheden: Betrokkenen weten of kunnen nog niet genoeg voor dit werk.
  knowledge and competence: Those involved do not yet know or master enough for this work.
trust-and-culture
  vertrouwen en cultuur: Mensen vertrouwen elkaar niet of zijn een andere manier van werken gewend.
  trust and culture: People do not trust each other or are used to other ways of working.
representation-and-inclusion
  vertegenwoordiging en inclusie: Een deel van de betrokken inwoners doet niet mee of telt niet mee.
  representation and inclusion: Some of the residents concerned do not take part or are not heard.
technical
  techniek: De uitvoering loopt vast op materiaal, constructie of systemen.
  technical: The work runs into trouble with materials, construction or systems.
external-dependency
  afhankelijk van anderen: Het wachten is op een partij buiten de gemeente.
  external dependency: Things wait for a party outside the municipality.
""",
    "obstacle-status": """
open
  nog niet opgelost: De hobbel staat het traject nog in de weg.
  open: The obstacle still stands in the way of the project.
resolved
  opgelost: De hobbel is weg en houdt het traject niet meer op.
  resolved: The obstacle is gone and no longer holds up the project.
accepted
  geaccepteerd: De hobbel blijft bestaan en het traject houdt er rekening mee.
  accepted: The obstacle stays, and the project takes it into account.
""",
    "intervention-kind": """
escalation
  opschaling: De kwestie is voorgelegd aan een leidinggevende of bestuurder.
  escalation: The matter was put before a manager or administrator.
mandate-clarified
  mandaat verduidelijkt: Er is vastgelegd wie waarover mag beslissen.
  mandate clarified: It was laid down who may decide on what.
coalition-built
  bondgenoten gevonden: Er zijn partijen bij elkaar gebracht die het plan samen steunen.
  coalition built: Parties were brought together that jointly support the plan.
experiment-space
  experimenteerruimte: Van een regel mag hier worden afgeweken om iets nieuws te proberen.
  experiment space: A rule may be set aside here in order to try something new.
process-redesigned
  proces aangepast: De stappen of de volgorde van het werk zijn veranderd.
  process redesigned: The steps of the work or their order were changed.
mediation
  bemiddeling: Een onpartijdig persoon helpt partijen om er samen uit te komen.
  mediation: An impartial person helps the parties to work things out together.
expertise-brought-in
  deskundigheid ingeschakeld: Er is iemand bij gehaald die verstand heeft van het onderwerp.
  expertise brought in: Someone who knows the subject well was called in.
capacity-freed
  menskracht vrijgemaakt: Er zijn mensen of uren bij gekomen voor het traject.
  capacity freed: People or hours were added to the project.
pilot
  proefproject: Een oplossing is eerst op kleine schaal en voor een tijd geprobeerd.
  pilot: A solution was first tried on a small scale and for a limited time.
council-involved-early
  raad vroeg betrokken: De gemeenteraad kon meepraten voordat de keuzes vastlagen.
  council involved early: The council could have its say before the choices were fixed.
residents-involved-early
  inwoners vroeg betrokken: Inwoners konden meedoen voordat de keuzes vastlagen.
  residents involved early: Residents could take part before the choices were fixed.
boundary-spanner-appointed
  verbinder aangesteld: Iemand kreeg de taak om afdelingen en buitenwereld bij elkaar te brengen.
  boundary spanner appointed: Someone was given the task of linking departments and outside world.
""",
    "intervention-outcome": """
resolved
  opgelost: De actie heeft de hobbel weggenomen.
  resolved: The action removed the obstacle.
helped
  geholpen: De hobbel werd kleiner, maar is niet weg.
  helped: The obstacle became smaller, but is not gone.
no-effect
  geen effect: De hobbel bleef even groot.
  no effect: The obstacle stayed as large as it was.
made-worse
  verslechterd: De hobbel werd groter door de actie.
  made worse: The obstacle grew because of the action.
""",
    "commitment-status": """
open
  nog na te komen: Wat is beloofd, moet nog worden gedaan.
  open: What was promised still has to be done.
fulfilled
  nagekomen: Wat is beloofd, is gedaan.
  fulfilled: What was promised has been done.
broken
  niet nagekomen: Het staat vast dat de belofte niet is gehouden.
  broken: It is established that the promise was not kept.
""",
    "public-value": """
legality
  rechtmatigheid: De overheid houdt zich aan de wet en aan haar eigen regels.
  legality: Government keeps to the law and to its own rules.
equality
  gelijkheid: Mensen in dezelfde situatie worden op dezelfde manier behandeld.
  equality: People in the same situation are treated in the same way.
legitimacy
  legitimiteit: Mensen aanvaarden een besluit omdat het op een eerlijke manier tot stand kwam.
  legitimacy: People accept a decision because it came about in a fair way.
responsiveness
  responsiviteit: De overheid luistert naar wat mensen nodig hebben en doet er iets mee.
  responsiveness: Government listens to what people need and acts on it.
representation
  vertegenwoordiging: Alle groepen inwoners komen terug in wie er spreekt en beslist.
  representation: All groups of residents are reflected in who speaks and decides.
transparency
  transparantie: Iedereen kan zien wat er is besloten, door wie en waarom.
  transparency: Everyone can see what was decided, by whom and why.
participation
  participatie: Mensen kunnen meedoen aan keuzes die hen raken.
  participation: People can take part in choices that affect them.
effectiveness
  doeltreffendheid: Wat er wordt gedaan, bereikt ook echt het doel.
  effectiveness: What is done really achieves its aim.
efficiency
  doelmatigheid: Het doel wordt bereikt zonder tijd of geld te verspillen.
  efficiency: The aim is reached without wasting time or money.
integrity
  integriteit: Bestuurders en ambtenaren zijn eerlijk en gebruiken hun macht niet voor zichzelf.
  integrity: Administrators and officials are honest and do not use power for themselves.
continuity
  continuïteit: Mensen kunnen erop rekenen dat voorzieningen en afspraken blijven bestaan.
  continuity: People can rely on services and agreements to last.
safety
  veiligheid: Mensen lopen zo weinig mogelijk gevaar.
  safety: People run as little danger as possible.
sustainability
  duurzaamheid: Wat nu gebeurt, gaat niet ten koste van natuur en latere generaties.
  sustainability: What happens now does not harm nature and later generations.
privacy
  bescherming van het privéleven: Anderen weten over iemand niet meer dan nodig is.
  privacy: Others know no more about a person than is needed.
""",
    "competence": """
connecting
  verbinden: Mensen met verschillende belangen bij elkaar brengen.
  connecting: Bringing together people with different interests.
political-sensitivity
  politiek aanvoelen: Zien wat voor bestuurders en raadsleden belangrijk of lastig is.
  political sensitivity: Seeing what matters to administrators and councillors or troubles them.
inside-and-outside
  schakelen tussen binnen en buiten: Wensen van buiten laten passen bij hoe de gemeente werkt.
  inside and outside: Fitting wishes from outside to the way the municipality works.
persistence
  volhouden: Doorgaan als het lang duurt of tegenzit.
  persistence: Going on when things take long or go wrong.
creativity-within-rules
  creatief zijn binnen regels: Nieuwe oplossingen vinden die volgens de regels mogen.
  creativity within rules: Finding new solutions that the rules allow.
letting-go
  loslaten: Inwoners de ruimte geven om het op hun eigen manier te doen.
  letting go: Giving residents room to do it in their own way.
listening
  luisteren: Echt willen begrijpen wat iemand zegt en bedoelt.
  listening: Really wanting to understand what someone says and means.
reflection
  reflecteren: Terugkijken op het eigen werk en ervan leren.
  reflection: Looking back on one's own work and learning from it.
""",
    "norm": """
suitability-assessed
  geschiktheid beoordeeld: Vooraf is met redenen bepaald of samenwerken met inwoners hier past.
  suitability assessed: It was judged beforehand, with reasons, whether co-creation fits here.
frames-before-sessions
  kaders voor de eerste bijeenkomst: Voordat inwoners meepraten, staat vast wat open is en wat niet.
  frames before sessions: Before residents join in, it is settled what is open and what is not.
level-set
  participatieniveau bepaald: Vooraf is gezegd hoeveel invloed inwoners hebben.
  level set: It was said beforehand how much influence residents have.
mandate-clear
  regie en verantwoording duidelijk: Op elk moment is bekend wie leidt en wie verantwoording aflegt.
  mandate clear: At every moment it is known who directs and who gives account.
residents-before-decision
  inwoners voor het besluit: Inwoners doen mee voordat er is besloten, en niet pas daarna.
  residents before the decision: Residents come in before it is decided, and not only after.
contributions-answered
  elke inbreng beantwoord: Op elke wens is een antwoord gekomen.
  contributions answered: Every wish got an answer.
deviations-grounded
  afwijkingen met een grond: Bij elke afwijking staat op welke grond zij rust.
  deviations grounded: Every deviation says on which ground it rests.
deviations-motivated
  afwijkingen gemotiveerd: Bij elke afwijking staat waarom, en tijdig.
  deviations motivated: Every deviation says why, and in time.
deviations-fed-back
  afwijkingen teruggekoppeld: Inwoners hebben van elke afwijking tijdig gehoord.
  deviations fed back: Residents heard of every deviation in time.
decisions-announced
  besluiten bekendgemaakt: Elk besluit waartegen bezwaar openstaat, is bekendgemaakt.
  decisions announced: Every decision that is open to objection was announced.
statutory-terms-kept
  wettelijke termijnen gehaald: Op elke aanvraag is binnen de wettelijke termijn beslist.
  statutory terms kept: Every request was decided within its statutory term.
commitments-kept
  toezeggingen nagekomen: Elke toezegging met een datum is op tijd nagekomen.
  commitments kept: Every promise with a date was kept in time.
final-report-delivered
  eindverslag uitgebracht: Na afloop is verslag gedaan aan wie beslist en aan wie meedeed.
  final report delivered: Afterwards a report went to those who decide and those who took part.
reflection-held
  teruggekeken en geleerd: Na afloop hebben betrokkenen vastgelegd wat zij leerden.
  reflection held: Afterwards those involved recorded what they learned.
""",
    "verdict": """
met
  voldaan: Aan de norm is voldaan.
  met: The norm is met.
not-met
  niet voldaan: Aan de norm is niet voldaan, of te laat.
  not met: The norm is not met, or too late.
not-yet
  nog niet: Aan de norm is nog niet voldaan, en dat kan nog op tijd.
  not yet: The norm is not met yet, and still may be in time.
not-applicable
  niet van toepassing: De norm vraagt hier niets.
  not applicable: The norm asks nothing here.
""",
    "publication-category": """
council-papers
  vergaderstukken van de raad: Agenda's, voorstellen, moties en verslagen van de gemeenteraad.
  council papers: Agendas, proposals, motions and minutes of the council.
decisions
  besluiten: Officiële keuzes van de gemeente die gevolgen hebben voor rechten of plichten.
  decisions: Official choices of the municipality that affect rights or duties.
advice
  adviezen: Stukken waarin een commissie of deskundige het bestuur raad geeft.
  advice: Documents in which a committee or expert advises the administration.
covenants
  convenanten: Schriftelijke afspraken tussen de gemeente en andere partijen over beleid.
  covenants: Written agreements on policy between the municipality and other parties.
complaint-findings
  oordelen over klachten: Conclusies over hoe de overheid zich tegenover iemand heeft gedragen.
  complaint findings: Conclusions on how government has behaved towards someone.
agendas-and-lists-of-decisions
  agenda's en besluitenlijsten van het college: Wat het college besprak en wat het besloot.
  agendas and lists of decisions: What the college discussed and what it decided.
""",
    "erasure-ground": """
no-longer-necessary
  niet langer nodig: De gegevens zijn niet meer nodig voor het doel waarvoor ze zijn vastgelegd.
  no longer necessary: The data is no longer necessary for what it was recorded for.
consent-withdrawn
  toestemming ingetrokken: De betrokkene trekt de toestemming in waarop de vastlegging rustte.
  consent withdrawn: The person withdraws the consent that the recording rested on.
objection
  bezwaar: De betrokkene maakt bezwaar, en er is geen grond die zwaarder weegt.
  objection: The person objects, and there is no ground that weighs more.
unlawful
  onrechtmatig: De gegevens hadden niet vastgelegd mogen worden.
  unlawful: The data should not have been recorded.
legal-obligation
  wettelijke plicht: Een wet verplicht de gemeente om de gegevens te wissen.
  legal obligation: A law obliges the municipality to erase the data.
child
  kind: De gegevens zijn van een kind, dat een dienst van internet gebruikte.
  child: The data is of a child, who used a service on the internet.
""",
    "role": """
operator
  technisch beheerder: Zorgt voor het systeem en richt gemeenten erop in.
  operator: Looks after the system and sets up municipalities on it.
tenant-administrator
  beheerder van de gemeente: Regelt binnen één gemeente wie toegang heeft en tot wat.
  municipality administrator: Arranges within one municipality who has access, and to what.
official
  ambtenaar: Werkt voor de gemeente en legt de stappen van trajecten vast.
  official: Works for the municipality and records the steps of projects.
clerk
  griffier: Ondersteunt de gemeenteraad en legt de besluiten vast.
  council clerk: Supports the council and records its decisions.
auditor
  controleur: Onderzoekt of het logboek klopt en volledig is.
  auditor: Examines whether the log is correct and complete.
reader
  lezer: Mag kijken, maar niets vastleggen.
  reader: May look, but record nothing.
""",
    "subscription-state": """
invited
  uitgenodigd: De gemeente mag zich aansluiten, en heeft nog geen logboek.
  invited: The municipality may join, and has no log yet.
active
  actief: De gemeente legt vast en leest.
  active: The municipality records and reads.
suspended
  opgeschort: De gemeente kan lezen, maar voorlopig niets vastleggen.
  suspended: The municipality can read, but record nothing for now.
leaving
  vertrekkend: De gemeente vertrekt, en neemt mee wat van haar is.
  leaving: The municipality leaves, and takes along what is its own.
closed
  gesloten: Alle gegevens zijn vernietigd; alleen het bewijs daarvan is bewaard.
  closed: All data is destroyed; only the certificate of that is kept.
""",
}
