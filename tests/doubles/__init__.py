"""Doubles of services that no test can call: real HTTP, and what their documents say."""
