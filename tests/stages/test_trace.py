"""The packaged network follows the curves of drawn pages, and gaps are bridged only where they are short."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from inked_pages import WIDTH, inked_page

from ecgimg.datamodel.page import UprightSheet
from ecgimg.stages.trace import _bridge_gaps, trace


def test_every_row_is_followed_within_a_quarter_millimetre() -> None:
    page, truths = inked_page((250.0, 450.0, 650.0))
    traces = trace(page)
    assert [one.baseline_y for one in traces] == [250.0, 450.0, 650.0]
    for one, truth in zip(traces, truths, strict=True):
        y = one.y[::2]
        inside = slice(40, WIDTH - 40)
        assert np.isfinite(y[inside]).mean() > 0.95
        error = np.abs(y - truth)[inside]
        assert np.nanmedian(error) < 1.0
        assert np.nanmean(error < 2.0) > 0.9


def test_nothing_is_followed_where_the_photo_ends() -> None:
    page, _ = inked_page((250.0, 450.0, 650.0))
    whole = trace(page)
    ends_at = 448  # rises of the second row reach above it, its baseline does not
    cut = trace(replace(page, sheet=replace(page.sheet, photo_shape=(ends_at, WIDTH))))
    assert np.array_equal(cut[0].y, whole[0].y, equal_nan=True)
    seen = np.isfinite(cut[1].y)
    assert 0 < seen.sum() < np.isfinite(whole[1].y).sum() / 2
    assert (cut[1].y[seen] < ends_at).all()
    assert (cut[1].confidence[~seen] == 0).all()
    assert not np.isfinite(cut[2].y).any()


def test_empty_paper_has_no_curve() -> None:
    page, _ = inked_page((250.0,))
    blank = UprightSheet(page.sheet, page.planes, (720.0,))
    assert np.isfinite(trace(blank)[0].y).mean() < 0.2


def test_a_page_without_rows_has_no_traces() -> None:
    page, _ = inked_page((250.0,))
    assert trace(UprightSheet(page.sheet, page.planes, ())) == ()


@pytest.mark.parametrize(("longest", "known"), [(2, False), (3, True)])
def test_only_short_gaps_are_bridged(longest: int, known: bool) -> None:
    y = np.array([np.nan, 1, 2, np.nan, np.nan, np.nan, 6, np.nan], np.float32)
    bridged = _bridge_gaps(y, longest)
    assert np.isfinite(bridged[3:6]).all() == known
    assert np.isnan(bridged[[0, 7]]).all()
    if known:
        np.testing.assert_allclose(bridged[3:6], [3, 4, 5])
