"""Write the descriptions of events anew: `python -m tests.descriptions`.

They are committed, so that a change of what consumers rely on is seen by whoever reviews it.
"""

from tests.descriptions import asyncapi, catalogue, schemas

schemas.write()
asyncapi.write()
catalogue.write()
