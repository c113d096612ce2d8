"""Signed notes, and the keys that sign and open them."""

import pytest

from schemaguard.errors import ConfigError
from schemaguard.ledger.keys import SigningKey, make_key, parse_signing_key, parse_verifying_key
from schemaguard.ledger.notes import NoteError, open_note, sign_note

# The example of https://pkg.go.dev/golang.org/x/mod/sumdb/note.
SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
NOTE = f"{TEXT}\n{SIGNATURE}"


def test_another_implementation_s_key_signs_the_same_note() -> None:
    key = parse_signing_key(SECRET, "here")
    assert str(key.verifying) == PUBLIC
    assert sign_note(TEXT, key) == NOTE
    assert key.secret_text() == SECRET
    assert "AYEKFALVFGyN" not in repr(key)


def test_a_note_opens_with_the_key_that_signed_it_and_names_the_others() -> None:
    peter, other = parse_verifying_key(PUBLIC, "here"), make_key("staging")
    assert open_note(NOTE, [peter]).signers == (peter,)
    assert open_note(NOTE, [other.verifying]).signers == ()
    assert open_note(NOTE, [other.verifying]).unknown == ("PeterNeumann",)
    both = sign_note(TEXT, parse_signing_key(SECRET, "here"), other)
    assert open_note(both, [peter, other.verifying]).signers == (peter, other.verifying)
    assert open_note(both, [peter, other.verifying]).text == TEXT


@pytest.mark.parametrize("where", range(len(NOTE)))
def test_no_letter_of_a_note_can_be_another_one(where: int) -> None:
    letter = "x" if NOTE[where] != "x" else "y"
    changed = NOTE[:where] + letter + NOTE[where + 1 :]
    try:
        opened = open_note(changed, [parse_verifying_key(PUBLIC, "here")])
    except NoteError:
        return
    assert opened.signers == ()


@pytest.mark.parametrize("text", ["", "a", TEXT, f"{TEXT}\n", f"{TEXT}\n- PeterNeumann AAAA\n", f"{TEXT}\n— a b\n"])
def test_what_is_no_note_is_said(text: str) -> None:
    with pytest.raises(NoteError):
        open_note(text, [])


def test_a_text_that_can_t_be_signed_is_refused() -> None:
    key = make_key("prod")
    for text in ("no end of line", "a\tb\n"):
        with pytest.raises(NoteError):
            sign_note(text, key)


@pytest.mark.parametrize(
    "text", ["", "x", SECRET[:-4], SECRET.replace("c74f", "c74e"), PUBLIC, SECRET.replace("AYEK", "BYEK")]
)
def test_what_is_no_signing_key_is_said_without_showing_it(text: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse_signing_key(text, "ledger.key")
    assert str(raised.value).startswith("this is not a key that signs")
    assert "AYEK" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "x", PUBLIC[:-4], PUBLIC.replace("Peter", "Petra")])
def test_what_is_no_verifying_key_is_said(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a key that verifies"):
        parse_verifying_key(text, "--key")


def test_the_secret_key_is_not_taken_for_the_public_one_nor_shown() -> None:
    with pytest.raises(ConfigError) as raised:
        parse_verifying_key(SECRET, "--key")
    assert "AYEK" not in str(raised.value)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "x" * 201])
def test_a_name_that_a_note_can_t_hold_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="can't name a key"):
        make_key(name)


def test_two_keys_of_one_name_are_told_apart() -> None:
    first, second = make_key("prod"), make_key("prod")
    note = sign_note("a\n", first)
    assert open_note(note, [second.verifying]).signers == ()
    assert isinstance(first, SigningKey)
