"""What was counted before anybody measured is handed over once."""

from relance.engine.runtime.unmeasured import Unmeasured


def test_counts_are_kept_for_who_measures_and_handed_over_once():
    early, later = Unmeasured(), Unmeasured()
    early.span("unseen").end()
    for outcome in ("accepted", "refused", "accepted"):
        early.count("mails", outcome=outcome)
    early.hand_over(later)
    early.hand_over(later)
    assert later._counts == {
        ("mails", (("outcome", "accepted"),)): 2,
        ("mails", (("outcome", "refused"),)): 1,
    }
