"""Credit card numbers in texts (messages.25 in docs/behaviour.md). The numbers are published test numbers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heliograph.domain import cards

VISA, AMEX, SHORT = "4111111111111111", "378282246310005", "4222222222222"
LONG = "6304000000000000000"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (VISA, "************1111"),
        (AMEX, "***********0005"),
        (SHORT, "*********2222"),
        (LONG, "***************0000"),
        ("4111 1111-1111 1111", "**** ****-**** 1111"),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "* * * * * * * * * * * * 1 1 1 1"),
        (f"It is {VISA}, and {AMEX}.", "It is ************1111, and ***********0005."),
        (f"card{VISA}x", "card************1111x"),
        ("4111 1111 1111 1111 12/27 123", "**** **** **** 1111 12/27 123"),
        ("7 4111-1111-1111-1111", "7 ****-****-****-1111"),
        ("4111 1111 1111 1111, 3782 822463 10005", "**** **** **** 1111, **** ****** *0005"),
        # The last group of the first number begins another part that passes the check.
        ("4111 1111 1111 1111 3782 822463 10005", "**** **** **** **** **** ****** *0005"),
    ],
)
def test_all_but_the_last_four_digits_are_masked(text: str, masked: str) -> None:
    assert cards.mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4111111111111112",
        "411111111111",
        f"{VISA}4111",
        "9 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 99 99",
        "4111 1111 1111 1111 " * 13,
        "4111  1111 1111 1111",
        "4111--1111-1111-1111",
        "4111.1111.1111.1111",
        "4111\n1111 1111 1111",
        "٤١١١١١١١١١١١١١١١",
        "+1 212 555 2368, 2026-11-26 07:15:00.123",
    ],
)
def test_other_digits_are_shown(text: str) -> None:
    assert cards.mask(text) == text


def test_the_first_300_sequences_are_examined() -> None:
    masked = "************1111"
    assert cards.mask("x".join([VISA] * 302)) == "x".join([masked] * 300 + [VISA] * 2)


def passes(digits: str) -> bool:
    """The Luhn check, digit by digit."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(one // 10 + one % 10 for one in doubled) % 10 == 0


def plainly(run: str) -> str:
    """Mask a run of digits by checking all of its parts against the rule."""
    groups = [(found.start(), found.end()) for found in re.finditer("[0-9]+", run)]
    masked = list(run)
    for first, (start, _) in enumerate(groups):
        for last, (_, end) in enumerate(groups[first:], first):
            digits = [place for place in range(start, end) if run[place].isdigit()]
            is_whole = (start, end) == (0, len(run))
            are_long = all(groups[at][1] - groups[at][0] >= 3 for at in (first, last))
            if (is_whole or are_long) and 13 <= len(digits) <= 19 and passes("".join(run[place] for place in digits)):
                for place in digits[:-4]:
                    masked[place] = "*"
    return "".join(masked)


@given(st.lists(st.text("0123456789", min_size=1, max_size=8), min_size=1, max_size=9), st.sampled_from(" -"))
def test_every_part_that_may_be_a_card_number_is_masked(groups: list[str], separator: str) -> None:
    run = separator.join(groups)
    assert cards.mask(run) == plainly(run)
