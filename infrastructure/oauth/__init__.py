"""OAuth 2.0 towards services where users have accounts: consent, tokens, and their renewal."""
