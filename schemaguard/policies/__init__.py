"""Policies in Rego that say whether an act may be carried out: what they are asked, what their answers mean, tests."""
