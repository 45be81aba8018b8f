"""Mail: from the bytes of a mailbox to facts, and their import."""
