"""The registers worked out anew from recorded events, in plain loops and dicts.

Written apart from the fold and slow on purpose: it walks the whole history for every question, and
shares no code with what it checks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from cocreate.log.read import Recorded

Told = dict[str, Any]


def told(history: Sequence[Recorded], *, public: bool) -> list[Told]:
    """Give the steps that one may know of, as corrected, in the order of the log."""
    published: set[int] = set()
    for event in history:
        if event.type == "StepsPublished" and event.public:
            published |= set(json.loads(event.data)["steps"])
    seen = [event for event in history if not public or event.public or event.version in published]
    steps = []
    for event in seen:
        step = {**json.loads(event.data), "occurredOn": event.occurred_on.isoformat()}
        for later in seen:
            if later.type == "StepCorrected":
                correction = json.loads(later.data)
                if correction["step"] == event.version:
                    step.update(correction["changes"])
        step.update(type=event.type, position=event.position, project=event.project)
        steps.append(step)
    return steps


def of(steps: Sequence[Told], *types: str, **facts: object) -> Iterator[Told]:
    """Give the steps of some types whose fields are as said."""
    for step in steps:
        if step["type"] in types and all(step.get(name) == fact for name, fact in facts.items()):
            yield step


def on(step: Told | None) -> str | None:
    return None if step is None else step["occurredOn"]


def first(steps: Iterator[Told]) -> Told | None:
    """Give the step that was recorded first."""
    return next(steps, None)


def earliest(steps: Iterator[Told]) -> Told | None:
    """Give the step that happened first, whenever it was recorded."""
    return min(steps, key=lambda step: (step["occurredOn"], step["position"]), default=None)


def last(steps: Iterator[Told]) -> Told | None:
    found = list(steps)
    return found[-1] if found else None


def deviations(steps: Sequence[Told]) -> dict[str, Told]:
    found = {}
    for made in of(steps, "DeviationRecorded"):
        name = made["deviation"]
        motivations = list(of(steps, "DeviationMotivated", deviation=name))
        motivated = last(iter(motivations))
        contests = list(of(steps, "DeviationContested", deviation=name))
        settled = last(of(steps, "DeviationSettled", deviation=name))
        told_back = earliest(
            step for step in of(steps, "FeedbackGiven") if name in step.get("deviations", ())
        )
        found[name] = {
            "ground": (motivated or made)["ground"],
            "motivation": (motivated or made).get("motivation"),
            "recordedOn": on(made),
            "motivatedOn": on(
                earliest(iter([made] if made.get("motivation") is not None else motivations))
            ),
            "fedBackOn": on(told_back),
            "contests": len(contests),
            "settlement": None if settled is None else settled["settlement"],
        }
    return found


def commitments(steps: Sequence[Told]) -> dict[str, Told]:
    found = {}
    for made in of(steps, "CommitmentMade"):
        name = made["commitment"]
        changed = last(of(steps, "CommitmentChanged", commitment=name))
        kept = first(of(steps, "CommitmentFulfilled", commitment=name))
        broken = first(of(steps, "CommitmentBroken", commitment=name))
        found[name] = {
            "status": "fulfilled" if kept else "broken" if broken else "open",
            "madeOn": on(made),
            "dueOn": (changed or made).get("dueOn"),
            "endedOn": on(kept or broken),
        }
    return found


def obstacles(steps: Sequence[Told], today: date) -> dict[str, Told]:
    found = {}
    for raised in of(steps, "ObstacleRaised"):
        name = raised["obstacle"]
        ends = list(of(steps, "ObstacleResolved", "ObstacleAccepted", obstacle=name))
        end = ends[-1] if ends else None
        status = "open" if end is None else end["type"].removeprefix("Obstacle").lower()
        closed = today if end is None else date.fromisoformat(end["occurredOn"])
        found[name] = {
            "status": status,
            "category": raised["category"],
            "raisedOn": on(raised),
            "closedOn": on(end),
            "days": (closed - date.fromisoformat(raised["occurredOn"])).days,
            "escalations": len(list(of(steps, "ObstacleEscalated", obstacle=name))),
            "interventions": [
                tried["intervention"]
                for tried in of(steps, "InterventionTried")
                if name in tried["obstacles"]
            ],
        }
    return found


def interventions(steps: Sequence[Told]) -> dict[tuple[str, str], Told]:
    found = {}
    for tried in of(steps, "InterventionTried"):
        judged = last(of(steps, "InterventionJudged", intervention=tried["intervention"]))
        outcome = None if judged is None else judged["outcome"]
        for against in dict.fromkeys(tried["obstacles"]):
            resolved = last(step for step in of(steps, "ObstacleResolved", obstacle=against))
            by_this = resolved is not None and (
                tried["intervention"] in resolved.get("interventions", ()) or outcome == "resolved"
            )
            found[tried["intervention"], against] = {
                "kind": tried["kind"],
                "outcome": outcome,
                "triedOn": on(tried),
                "resolvedOn": on(resolved) if by_this else None,
            }
    return found


def wishes(steps: Sequence[Told]) -> dict[str, Told]:
    """Follow each wish from step to step; what answers it is looked up apart."""
    found: dict[str, Told] = {}
    for step in steps:
        match step["type"]:
            case "WishExpressed":
                found[step["wish"]] = {"status": "open", "expressedOn": on(step)}
            case "WishWithdrawn" | "WishRealised" as kind:
                _leave(found, [step["wish"]], kind.removeprefix("Wish").lower())
            case "WishesMerged":
                found[step["into"]] = {"status": "open", "expressedOn": on(step)}
                _leave(found, step["wishes"], "merged")
            case "WishSplit":
                parts = [part["wish"] for part in step["into"]]
                found |= {part: {"status": "open", "expressedOn": on(step)} for part in parts}
                _leave(found, [step["wish"]], "split")
            case "DecisionRecorded":
                for outcome in step["outcomes"]:
                    _leave(found, _settled(outcome), outcome["outcome"])
            case _:
                pass
    for name, wish in found.items():
        wish["answeredOn"] = on(earliest(step for step in steps if _answers(step, name)))
    return found


def _leave(found: dict[str, Told], names: Sequence[str], status: str) -> None:
    for name in names:
        if name in found:
            found[name]["status"] = status


def _settled(outcome: Told) -> list[str]:
    return [outcome["subject"], *outcome.get("settles", ())]


def _answers(step: Told, wish: str) -> bool:
    """Tell whether a step answers a wish: decides on it, tells of it, or calls it realised."""
    match step["type"]:
        case "DecisionRecorded":
            return any(
                wish in _settled(outcome) and outcome["outcome"] != "deferred"
                for outcome in step["outcomes"]
            )
        case "FeedbackGiven":
            return wish in (*step["about"], *step.get("wishes", ()))
        case "WishRealised":
            return bool(step["wish"] == wish)
        case _:
            return False


ANSWERS = {
    "ApprovalGranted": "granted",
    "ApprovalRefused": "refused",
    "ApprovalWithdrawn": "withdrawn",
    "ApprovalConcluded": "concluded",
}
CLOCK = ("ApprovalSuspended", "ApprovalResumed", "ApprovalExtended", "TermRecalculated")


def approvals(steps: Sequence[Told], today: date) -> dict[str, Told]:
    found = {}
    for asked in of(steps, "ApprovalRequested"):
        name = asked["approval"]
        answer = last(of(steps, *ANSWERS, approval=name))
        moved = last(of(steps, *CLOCK, approval=name))
        until = today if answer is None else date.fromisoformat(answer["occurredOn"])
        withdrawn = answer is not None and answer["type"] == "ApprovalWithdrawn"
        found[name] = {
            "kind": asked["kind"],
            "authority": asked["authority"],
            "requestedOn": on(asked),
            "dueOn": asked.get("dueOn") if moved is None else moved.get("dueOn"),
            "decidedOn": None if withdrawn else on(answer),
            "withdrawnOn": on(answer) if withdrawn else None,
            "leadDays": (until - date.fromisoformat(asked["occurredOn"])).days,
        }
        if answer is not None:
            found[name]["status"] = ANSWERS[answer["type"]]
    return found


def decisions(steps: Sequence[Told]) -> dict[str, Told]:
    found = {}
    for made in of(steps, "DecisionRecorded"):
        outcomes = [outcome["outcome"] for outcome in made["outcomes"]]
        found[made["decision"]] = {
            "body": made["body"],
            "decidedOn": on(made),
            "adopted": outcomes.count("adopted"),
            "adoptedWithChanges": outcomes.count("adopted-with-changes"),
            "rejected": outcomes.count("rejected"),
            "deferred": outcomes.count("deferred"),
            "deviations": [
                step["deviation"]
                for step in of(steps, "DeviationRecorded", decision=made["decision"])
            ],
        }
    return found


def proposals(steps: Sequence[Told], today: date) -> dict[str, Told]:
    """Follow each proposal from step to step."""
    found: dict[str, Told] = {}
    for step in steps:
        for name, answers in _proposed(step):
            found[name] = {"status": "open", "submittedOn": on(step), "answers": list(answers)}
        if step["type"] == "ProposalRevised" and step["proposal"] in found:
            found[step["proposal"]]["answers"] = list(step.get("answers", ()))
        for name, status in _proposals_left(step):
            _leave(found, [name], status)
    for proposal in found.values():
        waited = (today - date.fromisoformat(str(proposal["submittedOn"]))).days
        proposal["daysWaiting"] = waited if proposal["status"] in ("open", "deferred") else None
    return found


def _proposed(step: Told) -> list[tuple[str, Sequence[str]]]:
    """Give the proposals that a step brings, with the wishes they answer."""
    match step["type"]:
        case "ProposalSubmitted":
            return [(step["proposal"], step.get("answers", ()))]
        case "ProposalsMerged":
            return [(step["into"], step.get("wishes", ()))]
        case "ProposalSplit":
            return [(part["proposal"], part.get("answers", ())) for part in step["into"]]
        case _:
            return []


def _proposals_left(step: Told) -> list[tuple[str, str]]:
    """Give the proposals that stand otherwise after a step, and how."""
    match step["type"]:
        case "ProposalsMerged":
            return [(each, "merged") for each in step["proposals"]]
        case "ProposalSplit":
            return [(step["proposal"], "split")]
        case "ProposalWithdrawn":
            return [(step["proposal"], "withdrawn")]
        case "DecisionRecorded":
            return [(each["subject"], each["outcome"]) for each in step["outcomes"]]
        case _:
            return []


def duties(steps: Sequence[Told], today: date) -> dict[tuple[str, str], Told]:
    """Ask of every subject by itself what is still to be done."""
    found: dict[tuple[str, str], Told] = {}
    for subject, duty, since, due_on in (
        *_owed_on_wishes(steps),
        *_owed_on_decisions(steps),
        *_owed_in_time(steps, today),
    ):
        found[subject, duty] = {"since": since, "dueOn": due_on}
    return found


Owed = tuple[str, str, str | None, str | None]


def _owed_on_wishes(steps: Sequence[Told]) -> Iterator[Owed]:
    for name, wish in wishes(steps).items():
        judged = list(of(steps, "RealisationJudged", wish=name))
        if wish["answeredOn"] is None and wish["status"] in ("open", "deferred"):
            yield name, "answer", wish["expressedOn"], None
        if wish["status"] == "realised" and judged and judged[-1]["word"] == "disputed":
            yield name, "realisation", max(step["occurredOn"] for step in judged), None


def _owed_on_decisions(steps: Sequence[Told]) -> Iterator[Owed]:
    for name, deviation in deviations(steps).items():
        if deviation["motivation"] is None:
            yield name, "motivation", deviation["recordedOn"], None
        if deviation["fedBackOn"] is None:
            yield name, "feedback", deviation["recordedOn"], None
    for made in of(steps, "DecisionRecorded", openToObjection=True):
        told_of = made.get("sentOn") or made.get("publishedOn")
        if not told_of and not any(of(steps, "DecisionAnnounced", decision=made["decision"])):
            yield made["decision"], "announcement", on(made), None


def _owed_in_time(steps: Sequence[Told], today: date) -> Iterator[Owed]:
    for name, approval in approvals(steps, today).items():
        if "status" not in approval and approval["dueOn"] is not None:
            yield name, "decision", approval["requestedOn"], approval["dueOn"]
    for name, promise in commitments(steps).items():
        if promise["status"] == "open":
            duty = "date" if promise["dueOn"] is None else "fulfilment"
            yield name, duty, promise["madeOn"], promise["dueOn"]


def mandates(steps: Sequence[Told], today: date) -> dict[str, Told]:
    """Count the days on which nobody had a role, one day at a time."""
    start = first(of(steps, "ProjectStarted"))
    if start is None:
        return {}
    ends = list(of(steps, "ProjectCompleted", "ProjectStopped"))
    end = on(ends[-1]) if ends else today.isoformat()
    every = _days(date.fromisoformat(start["occurredOn"]), date.fromisoformat(str(end)))
    found = {}
    for role in ("directs", "gives-account"):
        given = list(of(steps, "MandateAssigned", role=role))
        found[role] = {
            "party": _holder(steps, given, date.max),
            "gapDays": sum(_holder(steps, given, day) is None for day in every),
        }
    return found


def _holder(steps: Sequence[Told], given: Sequence[Told], day: date) -> str | None:
    """Give the party that had a role on a day: the one it was last given to, unless that left."""
    by_then = [step for step in given if step["occurredOn"] <= day.isoformat()]
    if not by_then:
        return None
    step = max(by_then, key=lambda step: (step["occurredOn"], step["position"]))
    left = any(
        leave["occurredOn"] <= day.isoformat()
        and (leave["position"] > step["position"] or leave["occurredOn"] > step["occurredOn"])
        for leave in of(steps, "PartyLeft", party=step["party"])
    )
    return None if left else step["party"]


def _days(since: date, until: date) -> set[date]:
    return {date.fromordinal(day) for day in range(since.toordinal(), until.toordinal())}
