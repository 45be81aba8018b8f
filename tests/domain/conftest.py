"""Property tests take the time they take: a busy machine is no bug of the domain."""

from hypothesis import settings

settings.register_profile("patient", deadline=None, max_examples=60)
settings.load_profile("patient")
