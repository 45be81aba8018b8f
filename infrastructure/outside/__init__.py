"""The way out of the process, to addresses that users name: guarded and bounded."""
