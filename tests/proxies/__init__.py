"""Real proxies and real sources of measurements: `make proxy` installs them; where they aren't there, it is said."""
