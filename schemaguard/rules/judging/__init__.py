"""From rules to a verdict: choice, suppression, overrides, baseline, headline."""
