"""Corrected migrations as data: what stands instead of a change, and what follows in later revisions.

A rule hands a `Remedy` to `remedied()`, which writes it in the language of the file; `placed()` puts it into the text.
"""
