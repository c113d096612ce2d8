"""Answers to every name by asking itself for another."""

import getattr_helper


def __getattr__(name):
    return getattr(getattr_helper, name + "_more")
