"""iCalendar text (RFC 5545) as occurrences, and meetings as iCalendar text."""
