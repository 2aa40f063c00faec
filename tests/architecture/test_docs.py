"""What the documentation takes from the code is what the code says."""

from docs.states import PAGE, page


def test_the_page_of_states_is_the_table_of_moves() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
