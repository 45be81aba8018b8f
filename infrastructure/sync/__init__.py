"""Calendars, both ways: the role `sync`.

Each account has one owner at a time. A visit of the owner pulls what changed in the calendars, then
pushes what changed in kith; what both sides last agreed on stands in links beside the log.
"""
