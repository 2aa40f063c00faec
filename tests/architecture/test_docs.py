"""What the documentation takes from the code is what the code says."""

from docs import backends, states


def test_the_page_of_states_is_the_table_of_moves() -> None:
    assert states.PAGE.read_text(encoding="utf-8") == states.page()


def test_the_page_of_backends_has_the_examples_and_the_models() -> None:
    assert backends.PAGE.read_text(encoding="utf-8") == backends.page()
