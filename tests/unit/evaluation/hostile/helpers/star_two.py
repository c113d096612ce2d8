"""Everything of star_one, which has everything of this."""

from star_one import *  # noqa: F403
