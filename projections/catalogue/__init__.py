"""A tenant's tactics and services: the built-in ones and its own."""
