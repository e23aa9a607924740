"""Doses: the formulas on known figures, the graph's own figures, and every nonsense refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoplex.base.errors import UsageError
from neoplex.base.names import case_iri
from neoplex.infer.dose import Regimen, printed_doses, read_alpha_betas, read_regimen, rounded
from neoplex.store.embedded import Graph


@pytest.mark.parametrize(
    ("words", "ratio", "bed", "eqd2"),
    [
        ("39/13", "3", "78", "46.8"),
        ("39/13", "10", "50.7", "42.25"),
        ("42.5/17", "3", "77.92", "46.75"),
        ("8/1", "10", "14.4", "12"),
        ("60/30", "3", "100", "60"),
        ("60/30", "10", "72", "60"),
    ],
)
def test_known_figures(words: str, ratio: str, bed: str, eqd2: str) -> None:
    regimen = read_regimen(words)
    assert rounded(regimen.bed(Decimal(ratio))) == bed
    assert rounded(regimen.eqd2(Decimal(ratio))) == eqd2


@pytest.mark.parametrize("words", ["39/13", "39Gy/13", " 39 Gy / 13 ", "39 gy in 13 fractions", "39.0/13", "39Gy/13f"])
def test_spellings_mean_one_regimen(words: str) -> None:
    assert read_regimen(words) == Regimen(Decimal(39), 13)


def test_dose_per_fraction_gives_the_fractions() -> None:
    assert read_regimen("59.4", "1.8") == Regimen(Decimal("59.4"), 33)
    assert read_regimen("39/13", "3 Gy").fractions == 13


@pytest.mark.parametrize(
    ("words", "each", "said"),
    [
        ("39", None, "without fractions"),
        ("39/0", None, "1 to 100"),
        ("39/13.5", None, "whole number"),
        ("0/5", None, "more than 0"),
        ("-39/13", None, "expected total dose"),
        ("3900/13", None, "at most 200"),
        ("39/101", None, "1 to 100"),
        ("39", "4", "no whole number of fractions"),
        ("39/13", "2.5", "expected 3 Gy"),
        ("39", "nan", "expected a number"),
        ("39", "0", "above 0"),
        ("thirty", None, "expected total dose"),
        ("39/13/3", None, "expected total dose"),
        ("", None, "expected total dose"),
        ("1e2/10", None, "expected total dose"),
    ],
)
def test_nonsense_is_refused(words: str, each: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_regimen(words, each)


@pytest.mark.parametrize("words", ["0", "", "3,,10", "-3", "51", "three", "3;10"])
def test_nonsense_ratios_are_refused(words: str) -> None:
    with pytest.raises(UsageError, match="alpha/beta"):
        read_alpha_betas(words)


def test_ratios_are_kept_once_in_order() -> None:
    assert read_alpha_betas("10, 3,10") == (Decimal(10), Decimal(3))


@given(st.integers(1, 60), st.decimals("0.5", "20", places=1), st.sampled_from([Decimal(3), Decimal(10)]))
def test_bed_and_eqd2_belong_together(count: int, each: Decimal, ratio: Decimal) -> None:
    regimen = Regimen(each * count, count)
    assert abs(regimen.bed(ratio) - regimen.eqd2(ratio) * (1 + 2 / ratio)) < Decimal("1e-9")
    assert (regimen.eqd2(ratio) > regimen.total) == (each > 2)


def test_the_graph_agrees_with_the_formulas(graph: Graph) -> None:
    doses = printed_doses(graph)
    with_equivalents = [dose for dose in doses if dose.alpha_beta is not None]
    assert len(with_equivalents) >= 30
    for dose in with_equivalents:
        assert dose.total and dose.fractions and dose.alpha_beta and dose.eqd2 and dose.bed
        regimen = Regimen(dose.total, dose.fractions)
        assert abs(regimen.eqd2(dose.alpha_beta) - dose.eqd2) <= Decimal("0.005"), dose
        assert abs(regimen.bed(dose.alpha_beta) - dose.bed) <= Decimal("0.005"), dose
        assert dose.places


def test_planned_delivered_and_reported_stay_apart(graph: Graph) -> None:
    doses = printed_doses(graph, case_iri("sanuki-2022-5"))
    found = {(d.role, d.total, d.fractions) for d in doses}
    assert found == {("planned", 39, 13), ("delivered", 12, 4), ("reported", 21, 7)}


def test_nothing_follows_from_a_total_alone(graph: Graph) -> None:
    doses = [d for d in printed_doses(graph, case_iri("sanuki-2022-1")) if d.course.endswith("rt-2")]
    alone = [d for d in doses if d.fractions is None]
    assert [(d.role, d.total, d.alpha_beta, d.eqd2) for d in alone] == [("delivered", 39, None, None)]
