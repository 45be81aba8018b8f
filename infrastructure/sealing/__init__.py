"""Secrets beside the log, sealed: a dump of the database shows none of them."""
