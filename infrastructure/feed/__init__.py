"""A tenant's events as they are told over HTTP: page by page, and when they happen."""
