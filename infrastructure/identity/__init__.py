"""Identity: from the Authorization header of a request to the principal it speaks for."""
