"""Proxies that give each version its share of the traffic."""
