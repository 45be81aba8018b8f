"""The meetings of a user as a calendar feed shows them."""
