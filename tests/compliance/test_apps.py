"""The table of app types: what each needs, and what a collected kind is beyond it."""

from __future__ import annotations

from datetime import date

import pytest

from entrepot.compliance.apps import beyond, find_type, necessary, types
from entrepot.compliance.taxonomy import Taxonomy
from entrepot.kit import Invalid

DAY = Taxonomy(broader={"pd:MobileNumber": ("pd:TelephoneNumber",)}).on(date(2026, 11, 21))


def test_there_are_39_types_of_which_13_need_nothing() -> None:
    assert len(types()) == 39
    assert sum(not found.terms for found in types().values()) == 13


def test_a_type_is_found_by_its_id_and_by_its_title_in_either_language() -> None:
    assert find_type("map_navigation") is find_type("Map navigation") is find_type("地图导航类")


def test_a_type_is_found_by_its_number_in_the_provisions() -> None:
    assert [find_type(number).id for number in ("2", " 3 ", "39")] == ["ride_hailing", "instant_messaging", "event_tickets"]
    for number in ("0", "40", "02"):
        with pytest.raises(Invalid, match="no type of app"):
            find_type(number)


def test_an_unknown_type_is_refused_with_the_list() -> None:
    with pytest.raises(Invalid, match="no type of app 'astrology'") as refused:
        necessary("astrology")
    assert "map_navigation" in refused.value.hint


def test_a_narrower_kind_counts_as_its_broader_one_and_the_rest_is_beyond() -> None:
    assert beyond("online_community", ["pd:MobileNumber", "pd:Contact", "pd:Contact"], DAY) == ("pd:Contact",)
