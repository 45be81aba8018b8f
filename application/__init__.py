"""Use cases: one handler for each command, which loads aggregates, lets them decide and appends
their events.

Commands are frozen values without callables. Ports are protocols here; api.composition chooses what
fulfils them.
"""
