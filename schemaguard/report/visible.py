"""Foreign text made harmless to print: no escape sequence, no invisible or direction-turning character survives."""

import unicodedata

_UNSAFE = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


def visible(text: str, *, keep_lines: bool = False) -> str:
    """The text with what a terminal would obey, or an eye would miss, written as an escape."""
    # What is printable is in none of the categories; of statements with several lines, each line is.
    if text.isprintable():
        return text
    if text.replace("\n", "").isprintable():
        return text if keep_lines else text.replace("\n", " ")
    return "".join(
        _visible_character(character, keep_lines) for character in text.replace("\r\n", "\n").replace("\t", "    ")
    )


def _visible_character(character: str, keep_lines: bool) -> str:
    if character == "\n":
        return "\n" if keep_lines else " "
    if unicodedata.category(character) in _UNSAFE:
        return character.encode("unicode_escape").decode("ascii")
    return character
