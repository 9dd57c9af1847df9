"""The fixes that were named on the command line (`--fix FP-02 --fix KEY`): exactly those, or a word why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from psdm_cli.changes.plan import Change
from psdm_cli.domain.assessment import Assessment
from psdm_cli.domain.drafts import Draft
from psdm_cli.domain.findings import Finding, Step
from psdm_cli.errors import NotFound, WrongUsage
from psdm_cli.workflows.coordinator import Desk
from psdm_cli.workflows.fix_options import Answers, FixOption, merged
from psdm_cli.workflows.fixing import NOTHING, fixes_for

BY_HAND = "this is for you to do"


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that a named step has and that stays, and why."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True)
class Fixing:
    """The named fixes together: changes for one plan, texts to paste, what stays."""

    changes: tuple[Change, ...] = ()
    drafts: tuple[Draft, ...] = ()
    left: tuple[Left, ...] = ()
    warnings: tuple[str, ...] = ()


def named_fixes(
    names: Sequence[str],
    steps: Sequence[Step],
    assessment: Assessment,
    desk: Desk,
    *,
    answers: Answers = NOTHING,
    project: str | None = None,
    direct: bool = False,
) -> Fixing:
    """The usual fix of every finding named, by its key or its step; of a step only what is live is fixed.

    `project` narrows a step to one engagement. A finding named by its key must be fixable as it is, else `WrongUsage`
    says what is missing; of a step, what cannot be fixed is told as left. Raises `NotFound` for a key that no finding
    has, with the nearest.
    """
    findings, by_key = _chosen(names, steps, project)
    if not answers.is_empty and len(findings) > 1:
        keys = ", ".join(finding.key for finding in findings[:5])
        raise WrongUsage(
            f"Days and hours are for one finding at a time, and {len(findings)} are meant: {keys}.",
            hint="Name one by its key.",
        )
    changes: list[Change] = []
    drafts: list[Draft] = []
    warnings: list[str] = []
    left: list[Left] = []
    for group in _groups(findings):
        for part, option, reason in _parts(group, assessment, desk, answers, direct=direct):
            if option is None:
                unfixable = [finding for finding in part if finding.key in by_key]
                if unfixable:
                    raise WrongUsage(f"--fix {unfixable[0].key}: {unfixable[0].message}: {reason}.")
                left.extend(Left(finding, reason) for finding in part)
                continue
            changes.extend(option.changes)
            drafts.extend(option.drafts)
            warnings.extend(option.warnings)
    return Fixing(merged(tuple(changes)), tuple(dict.fromkeys(drafts)), tuple(left), tuple(dict.fromkeys(warnings)))


_Part = tuple[tuple[Finding, ...], FixOption | None, str]


def _parts(
    group: tuple[Finding, ...], assessment: Assessment, desk: Desk, answers: Answers, *, direct: bool
) -> list[_Part]:
    """The group with its fix; where not all of it can be fixed, finding by finding."""
    if len(group) > 1:
        whole = _ready(fixes_for(group, assessment, desk, answers, direct=direct), direct=direct)
        alone = [_ready(fixes_for(one, assessment, desk, answers, direct=direct), direct=direct) for one in group]
        if whole is not None and all(alone):
            return [(group, whole, "")]
        able = tuple(finding for finding, option in zip(group, alone, strict=True) if option is not None)
        if len(able) > 1:
            together = _ready(fixes_for(able, assessment, desk, answers, direct=direct), direct=direct)
            if together is not None:
                rest = [finding for finding in group if finding not in able]
                return [(able, together, ""), *(_single(one, assessment, desk, answers, direct=direct) for one in rest)]
    return [_single(finding, assessment, desk, answers, direct=direct) for finding in group]


def _single(finding: Finding, assessment: Assessment, desk: Desk, answers: Answers, *, direct: bool) -> _Part:
    options = fixes_for(finding, assessment, desk, answers, direct=direct)
    ready = _ready(options, direct=direct)
    if ready is not None:
        return (finding,), ready, ""
    asks = next((option.asks for option in options if option.asks), ())
    if asks:
        wanted = " and ".join(question.option for question in asks)
        return (finding,), None, f"it needs {wanted}: psdm fix {finding.key} {asks[0].option} …"
    page = next((option.url for option in options if option.url), None)
    what = f"{BY_HAND}: {finding.fix}" if finding.fix else BY_HAND
    return (finding,), None, f"{what} ({page})" if page else what


def _ready(options: Sequence[FixOption], *, direct: bool) -> FixOption | None:
    """The usual fix: the first that can be made. What needs edit rights is made only on demand, never a deletion."""
    unusual = {"take-out"} if direct else {"take-out", "harden-direct"}
    return next((option for option in options if option.is_ready and option.name not in unusual), None)


def _chosen(names: Sequence[str], steps: Sequence[Step], project: str | None) -> tuple[list[Finding], set[str]]:
    by_step = {step.id: step for step in steps}
    by_key = {finding.key: finding for step in steps for finding in step.findings}
    found: dict[str, Finding] = {}
    exact: set[str] = set()
    for name in names:
        text = name.strip()
        step = by_step.get(step_name(text))
        if step is not None:
            live = (finding for finding in step.live if project is None or finding.project == project)
            found.update((finding.key, finding) for finding in live)
            continue
        finding = by_key.get(text) or next((f for key, f in by_key.items() if key.casefold() == text.casefold()), None)
        if finding is None:
            raise _unknown(text, by_step, by_key)
        found[finding.key] = finding
        exact.add(finding.key)
    return list(found.values()), exact


def step_name(text: str) -> str:
    """A step as the catalogue spells it: fp2, FP-2 and 2 are FP-02."""
    bare = text.strip().upper().removeprefix("FP").removeprefix("-")
    return f"FP-{int(bare):02d}" if bare.isdecimal() and len(bare) <= 3 else text.strip().upper()


def _unknown(text: str, by_step: dict[str, Step], by_key: dict[str, Finding]) -> NotFound | WrongUsage:
    step = by_step.get(step_name(text.partition(":")[0]))
    if step is None:
        near = get_close_matches(text.upper(), [*by_step, *by_key], n=1, cutoff=0.5)
        meant = f"Did you mean {near[0]}?" if near else f"Steps are: {', '.join(by_step)}."
        return WrongUsage(f"--fix: {text!r} is neither a step nor the key of a finding.", hint=meant)
    own = [finding.key for finding in step.findings]
    near = get_close_matches(text, own, n=3, cutoff=0.0) or own[:3]
    nearest = f"The nearest: {', '.join(near)}." if near else f"{step.id} has no finding now."
    return NotFound(f"There is no finding {text!r}: it may be repaired already.", hint=nearest)


def _groups(findings: Sequence[Finding]) -> list[tuple[Finding, ...]]:
    """Findings that are fixed together: of one step and engagement; reminders over all engagements, by person."""
    groups: dict[tuple[str, str | None], list[Finding]] = {}
    for finding in findings:
        place = None if finding.step == "FP-09" else finding.project
        groups.setdefault((finding.step, place), []).append(finding)
    return [tuple(group) for group in groups.values()]
