"""Webhooks as they are."""
