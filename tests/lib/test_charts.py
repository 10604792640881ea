from billing_office.lib.charts import Part, strip


def hundredths(text):
    return round(float(text.rstrip("%")) * 100)


def test_bars_fill_the_width_and_stand_side_by_side():
    bars = strip([Part("fa0", "Not yet due", 2418066), Part("fa1", "0-30", 19072645), Part("fa4", "Over 90", 7582430)])
    for left, right in zip(bars, bars[1:], strict=False):
        assert hundredths(left.x) + hundredths(left.width) + 35 == hundredths(right.x)
    assert hundredths(bars[-1].x) + hundredths(bars[-1].width) == 10_000


def test_a_debt_of_one_cent_is_seen():
    assert hundredths(strip([Part("fa0", "a", 10**12), Part("fa1", "b", 1)])[1].width) >= 40


def test_nothing_and_credits_have_no_bar():
    assert strip([Part("fa0", "a", 0), Part("fa1", "b", -500)]) == []
