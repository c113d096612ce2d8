"""Everything of star_two, which has everything of this."""

from star_two import *  # noqa: F403
