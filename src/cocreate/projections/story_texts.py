"""The sentences of a story: for each type of step, in Dutch at level B1 and in English.

Between braces: ``what`` the subject it is told of, ``title`` what the step brought or named,
``outcome``, ``ground`` and ``body`` as words of the glossary, ``via`` the proposal through which a
decision reached a wish, ``due`` a day. A sentence never says more than the step does.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Sentence(msgspec.Struct, frozen=True):
    """A sentence in both languages."""

    nl: str
    en: str


CHAPTERS: Mapping[str, Sentence] = {
    "SessionHeld": Sentence(
        'Er was een bijeenkomst: "{title}".',
        'There was a session: "{title}".',
    ),
    "WishExpressed": Sentence(
        'Een inwoner of groep sprak de wens "{title}" uit.',
        'A resident or group expressed the wish "{title}".',
    ),
    "WishWithdrawn": Sentence(
        'De wens "{what}" is ingetrokken.',
        'The wish "{what}" was withdrawn.',
    ),
    "WishesMerged": Sentence(
        'De wens "{what}" gaat samen met andere wensen verder als "{title}".',
        'The wish "{what}" goes on together with other wishes as "{title}".',
    ),
    "WishSplit": Sentence(
        'Uit de wens "{what}" kwam de wens "{title}" voort.',
        'The wish "{title}" came out of the wish "{what}".',
    ),
    "WishRealised": Sentence(
        'De gemeente meldt dat de wens "{what}" is uitgevoerd.',
        'The municipality says that the wish "{what}" was realised.',
    ),
    "RealisationJudged": Sentence(
        'Inwoners zeggen over de uitvoering van "{what}": {status}.',
        'Residents say of the realisation of "{what}": {status}.',
    ),
    "ProposalSubmitted": Sentence(
        'Er kwam een voorstel: "{title}".',
        'There was a proposal: "{title}".',
    ),
    "ProposalSubmitted.answer": Sentence(
        'Er kwam een voorstel als antwoord op een wens: "{title}".',
        'A proposal came in answer to a wish: "{title}".',
    ),
    "ProposalRevised": Sentence(
        'Het voorstel is aangepast en heet nu "{title}".',
        'The proposal was revised and is now called "{title}".',
    ),
    "ProposalWithdrawn": Sentence(
        "Het voorstel is ingetrokken.",
        "The proposal was withdrawn.",
    ),
    "ProposalsMerged": Sentence(
        'Voorstellen gingen samen verder als "{title}".',
        'Proposals went on together as "{title}".',
    ),
    "ProposalSplit": Sentence(
        'Uit een voorstel kwam het voorstel "{title}" voort.',
        'The proposal "{title}" came out of another proposal.',
    ),
    "AdviceGiven": Sentence(
        '{title} gaf advies over "{what}": {outcome}.',
        '{title} gave advice on "{what}": {outcome}.',
    ),
    "AdviceGiven.own": Sentence(
        'Er kwam advies, "{title}": {outcome}.',
        'There was advice, "{title}": {outcome}.',
    ),
    "DecisionRecorded": Sentence(
        'Besluit "{title}" ({body}) over "{what}": {outcome}.',
        'Decision "{title}" ({body}) on "{what}": {outcome}.',
    ),
    "DecisionRecorded.own": Sentence(
        'Het besluit "{title}" is genomen ({body}).',
        'The decision "{title}" was taken ({body}).',
    ),
    "DecisionRecorded.via": Sentence(
        'Besluit "{title}" ({body}) over "{what}", via het voorstel "{via}": {outcome}.',
        'Decision "{title}" ({body}) on "{what}", through the proposal "{via}": {outcome}.',
    ),
    "DecisionAnnounced": Sentence(
        'Het besluit "{what}" is bekendgemaakt.',
        'The decision "{what}" was announced.',
    ),
    "DecisionAnnounced.due": Sentence(
        'Het besluit "{what}" is bekendgemaakt. Bezwaar maken kan tot en met {due}.',
        'The decision "{what}" was announced. Objection is open until {due} inclusive.',
    ),
    "DeviationRecorded": Sentence(
        'Er is afgeweken van "{what}". De grond: {ground}.',
        'There was a deviation from "{what}". The ground: {ground}.',
    ),
    "DeviationRecorded.unmotivated": Sentence(
        'Er is afgeweken van "{what}". Daarvoor is geen motivering gegeven.',
        'There was a deviation from "{what}". No motivation was given for it.',
    ),
    "DeviationMotivated": Sentence(
        'De afwijking van "{what}" is alsnog gemotiveerd. De grond: {ground}.',
        'The deviation from "{what}" was motivated after all. The ground: {ground}.',
    ),
    "DeviationContested": Sentence(
        'Inwoners zijn het niet eens met de afwijking van "{what}".',
        'Residents do not accept the deviation from "{what}".',
    ),
    "DeviationSettled": Sentence(
        'Het geschil over de afwijking van "{what}" is afgerond: {outcome}.',
        'The dispute over the deviation from "{what}" was settled: {outcome}.',
    ),
    "FeedbackGiven": Sentence(
        'Inwoners kregen bericht over "{what}".',
        'Residents were told about "{what}".',
    ),
    "FeedbackGiven.own": Sentence(
        'Inwoners kregen dit bericht: "{title}".',
        'Residents were told this: "{title}".',
    ),
    "ApprovalRequested": Sentence(
        'Toestemming gevraagd: "{title}".',
        'Approval was requested: "{title}".',
    ),
    "ApprovalRequested.due": Sentence(
        'Toestemming gevraagd: "{title}". Het antwoord moet er op {due} zijn.',
        'Approval was requested: "{title}". The answer is due on {due}.',
    ),
    "ApprovalSuspended": Sentence(
        'De termijn voor de toestemming "{what}" staat stil: {ground}.',
        'The term of the approval "{what}" stands still: {ground}.',
    ),
    "ApprovalResumed": Sentence(
        'De termijn voor de toestemming "{what}" loopt weer.',
        'The term of the approval "{what}" runs again.',
    ),
    "ApprovalExtended": Sentence(
        'De termijn voor de toestemming "{what}" is verlengd.',
        'The term of the approval "{what}" was extended.',
    ),
    "ApprovalExtended.due": Sentence(
        'De termijn voor de toestemming "{what}" is verlengd tot en met {due}.',
        'The term of the approval "{what}" was extended until {due} inclusive.',
    ),
    "TermRecalculated": Sentence(
        'De termijn voor de toestemming "{what}" is opnieuw berekend.',
        'The term of the approval "{what}" was calculated anew.',
    ),
    "NoticeOfDefaultGiven": Sentence(
        'De gemeente of instantie is in gebreke gesteld over "{what}": het antwoord is te laat.',
        'A notice of default was given on "{what}": the answer is late.',
    ),
    "ApprovalGranted": Sentence(
        'De toestemming "{title}" is gegeven.',
        'The approval "{title}" was granted.',
    ),
    "ApprovalRefused": Sentence(
        'De toestemming "{title}" is geweigerd.',
        'The approval "{title}" was refused.',
    ),
    "ApprovalWithdrawn": Sentence(
        'De aanvraag voor de toestemming "{title}" is ingetrokken.',
        'The request for the approval "{title}" was withdrawn.',
    ),
    "ApprovalConcluded": Sentence(
        'De procedure voor de toestemming "{title}" is afgerond.',
        'The procedure for the approval "{title}" was concluded.',
    ),
    "ObstacleRaised": Sentence(
        'Er kwam iets in de weg te staan: "{title}".',
        'Something came to stand in the way: "{title}".',
    ),
    "ObstacleEscalated": Sentence(
        'De hobbel "{what}" is hogerop gelegd, bij: {title}.',
        'The obstacle "{what}" was escalated to: {title}.',
    ),
    "ObstacleReassigned": Sentence(
        'De hobbel "{what}" ligt nu bij een ander.',
        'The obstacle "{what}" now lies with another.',
    ),
    "InterventionTried": Sentence(
        'Tegen de hobbel "{what}" is dit geprobeerd: "{title}".',
        'Against the obstacle "{what}" this was tried: "{title}".',
    ),
    "InterventionJudged": Sentence(
        'Wat tegen de hobbel "{what}" is geprobeerd, had dit gevolg: {outcome}.',
        'What was tried against the obstacle "{what}" came to this: {outcome}.',
    ),
    "ObstacleResolved": Sentence(
        "De hobbel is opgelost: {title}",
        "The obstacle was resolved: {title}",
    ),
    "ObstacleAccepted": Sentence(
        'De hobbel "{what}" blijft bestaan; het traject gaat ermee verder.',
        'The obstacle "{what}" stays; the project goes on with it.',
    ),
    "CommitmentMade": Sentence(
        'Er is iets toegezegd, zonder datum: "{title}".',
        'Something was promised, without a date: "{title}".',
    ),
    "CommitmentMade.due": Sentence(
        'Er is iets toegezegd: "{title}", uiterlijk op {due}.',
        'Something was promised: "{title}", by {due}.',
    ),
    "CommitmentChanged": Sentence(
        'De toezegging "{what}" is veranderd.',
        'The promise "{what}" was changed.',
    ),
    "CommitmentChanged.due": Sentence(
        'De toezegging "{what}" heeft een nieuwe datum: {due}.',
        'The promise "{what}" has a new date: {due}.',
    ),
    "CommitmentFulfilled": Sentence(
        'De toezegging "{title}" is nagekomen.',
        'The promise "{title}" was kept.',
    ),
    "CommitmentBroken": Sentence(
        'De toezegging "{title}" is niet nagekomen.',
        'The promise "{title}" was broken.',
    ),
}

OTHERWISE = Sentence('Er gebeurde iets met "{what}".', 'Something happened to "{what}".')

WAITING: Mapping[str, Sentence] = {
    "answer": Sentence(
        'De wens "{what}" wacht op een antwoord.',
        'The wish "{what}" waits for an answer.',
    ),
    "realisation": Sentence(
        'Inwoners zeggen dat de wens "{what}" niet goed is uitgevoerd.',
        'Residents say that the wish "{what}" was not realised as it should be.',
    ),
    "motivation": Sentence(
        'Voor de afwijking van "{what}" moet nog een motivering komen.',
        'A motivation is still owed for the deviation from "{what}".',
    ),
    "feedback": Sentence(
        'Inwoners moeten nog horen waarom "{what}" niet is gevolgd.',
        'Residents are still to be told why "{what}" was not followed.',
    ),
    "announcement": Sentence(
        'Het besluit "{what}" moet nog worden bekendgemaakt.',
        'The decision "{what}" is still to be announced.',
    ),
    "decision": Sentence(
        'De toestemming "{what}" wacht op een besluit.',
        'The approval "{what}" waits for a decision.',
    ),
    "fulfilment": Sentence(
        'De toezegging "{what}" moet nog worden nagekomen.',
        'The promise "{what}" is still to be kept.',
    ),
    "date": Sentence(
        'De toezegging "{what}" heeft nog geen datum.',
        'The promise "{what}" has no date yet.',
    ),
    "obstacle": Sentence(
        'De hobbel "{what}" staat nog in de weg.',
        'The obstacle "{what}" still stands in the way.',
    ),
}
