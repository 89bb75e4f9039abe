"""What a path leads to."""

from relance.console.views import contents


def test_no_page_is_missed_among_those_whose_paths_begin_alike() -> None:
    assert not [each.path for each in contents.PAGES if "{" in each.path.split("/")[1]]
