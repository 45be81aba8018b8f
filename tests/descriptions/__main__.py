"""Write the descriptions of events anew: `python -m tests.descriptions`.

They are committed, so that a reviewer sees each change of what consumers rely on.
"""

from tests.descriptions import asyncapi, events_page, schemas

schemas.write()
asyncapi.write()
events_page.write()
