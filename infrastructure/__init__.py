"""The machinery: event store, PostgreSQL, projection runner, relay, identity, settings.

It fulfils the ports of the inner layers; no rule of the business is decided here.
"""
