"""Text that others wrote, on its way to a terminal."""


def plain(text: str) -> str:
    """Nothing in it is sent to the terminal as a command."""
    return "".join(one if one.isprintable() else "�" for one in text)
