"""How many rows each rule leaves out, first, alone and together with others, by which rules hit which rows."""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import combinations
from typing import Any

from pydantic import Field

from lead_pipeline.model.fields import FrozenModel
from lead_pipeline.model.reasons import Reason, in_registry_order
from lead_pipeline.model.suppression_kinds import WARNING_OF_LET_THROUGH

#: The rule that gives a reason, where it is not named like it.
_RULE_OF = {
    Reason.DUPLICATE_EXISTING: "existing_lead",
    Reason.PRIOR_DIALED: "dialed",
    Reason.PRIOR_CONNECTED: "connected",
    Reason.PRIOR_CONVERTED: "converted",
    Reason.PRIOR_DISPOSITION: "dispositions",
    Reason.PRIOR_ATTEMPTS: "attempts",
    Reason.AREA_CODE_LISTED: "area_codes",
}


def rule_of(code: str) -> str:
    """Return the name of the rule, or kind of suppression, that gives a reason."""
    return _RULE_OF.get(Reason(code), code)


class RuleHits(FrozenModel):
    """How many rows a rule left out."""

    rule: str
    rows: int = Field(description="Rows that the rule hits.")
    first: int = Field(description="Rows that it hits and no rule before it: these add up to all rows left out.")
    only: int = Field(description="Rows that no other rule hits: they would be imported without it.")


class Overlap(FrozenModel):
    """How many rows two rules hit both."""

    rules: tuple[str, str]
    rows: int


class Combination(FrozenModel):
    """How many rows exactly these rules hit, in the order of their reasons."""

    rules: tuple[str, ...]
    rows: int


class LetThrough(FrozenModel):
    """How many rows that a list has were imported, because the profile switches the rule off."""

    rule: str
    rows: int


class Waterfall(FrozenModel):
    """Whom the rules of an import left out: leads that are there already, suppressions, and scrub rules."""

    combinations: tuple[Combination, ...] = ()
    let_through: tuple[LetThrough, ...] = Field(default=(), description="Whom rules that are off did not leave out.")

    @classmethod
    def of_codes(
        cls, found: Iterable[tuple[Iterable[str], int]], warned: Iterable[tuple[str, int]] = ()
    ) -> "Waterfall":
        """Return the waterfall of rows counted by the reasons that left them out, and by warnings of whom the profile
        let through.
        """
        counted = [(tuple(rule_of(code) for code in in_registry_order(codes)), rows) for codes, rows in found]
        passed = dict(warned)
        return cls(
            combinations=tuple(Combination(rules=rules, rows=rows) for rules, rows in sorted(counted)),
            let_through=tuple(
                LetThrough(rule=kind, rows=passed[code])
                for kind, code in WARNING_OF_LET_THROUGH.items()
                if code in passed
            ),
        )

    @property
    def rows(self) -> int:
        """Return how many rows were left out."""
        return sum(one.rows for one in self.combinations)

    @property
    def rules(self) -> tuple[RuleHits, ...]:
        """Return the rules that hit anything, in the order in which they are asked."""
        hit, first, only = Counter[str](), Counter[str](), Counter[str]()
        for one in self.combinations:
            hit.update(dict.fromkeys(one.rules, one.rows))
            first[one.rules[0]] += one.rows
            only[one.rules[0]] += one.rows if len(one.rules) == 1 else 0
        order = [rule for rule in map(rule_of, Reason) if rule in hit]
        return tuple(RuleHits(rule=rule, rows=hit[rule], first=first[rule], only=only[rule]) for rule in order)

    @property
    def overlaps(self) -> tuple[Overlap, ...]:
        """Return the pairs of rules that hit the same rows, in the order of the rules."""
        found = Counter[tuple[str, str]]()
        for one in self.combinations:
            found.update(dict.fromkeys(combinations(one.rules, 2), one.rows))
        order = [one.rule for one in self.rules]
        pairs = [pair for pair in combinations(order, 2) if found[pair]]
        return tuple(Overlap(rules=pair, rows=found[pair]) for pair in pairs)

    def without(self, rules: Collection[str]) -> "Waterfall":
        """Return what would be left out without some of the rules."""
        left = Counter[tuple[str, ...]]()
        for one in self.combinations:
            left[tuple(rule for rule in one.rules if rule not in rules)] += one.rows
        kept = sorted((found, rows) for found, rows in left.items() if found)
        combinations = tuple(Combination(rules=found, rows=rows) for found, rows in kept)
        return Waterfall(combinations=combinations, let_through=self.let_through)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "rows": self.rows,
            "rules": [one.model_dump() for one in self.rules],
            "overlaps": [one.model_dump(mode="json") for one in self.overlaps],
            "let_through": [one.model_dump() for one in self.let_through],
        }
