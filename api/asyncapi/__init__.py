"""The AsyncAPI document: what kith tells others, through what, and in which form."""
