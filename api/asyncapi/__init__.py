"""The AsyncAPI document of the events: channels, messages and their schemas."""
