import re
from collections import Counter
from string import Formatter

import pytest

from cocreate.domain.errors import Language, RuleBroken

RULES = RuleBroken.__subclasses__()
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)


def facts_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@each_rule
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_rule_says_what_is_wrong_with_its_facts(
    rule: type[RuleBroken], language: Language
) -> None:
    broken = rule(**{name: f"<{name}>" for name in facts_of(rule.nl)})
    assert broken.title(language)
    for name in broken.facts:
        assert f"<{name}>" in broken.detail(language)
    assert "{" not in broken.detail(language)
    assert str(broken) == broken.detail("en")


@each_rule
def test_a_rule_names_the_same_facts_in_both_languages(rule: type[RuleBroken]) -> None:
    assert facts_of(rule.nl) == facts_of(rule.en)
    assert rule.nl != rule.en
    assert rule.title_nl != rule.title_en


@each_rule
def test_a_rule_has_a_code_and_an_explanation(rule: type[RuleBroken]) -> None:
    assert re.fullmatch("[a-z]+(-[a-z]+)*", rule.code)
    assert rule.__doc__


def test_codes_are_unique() -> None:
    assert max(Counter(rule.code for rule in RULES).values()) == 1
