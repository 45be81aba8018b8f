"""Calendars of Microsoft 365 and Outlook.com, by Microsoft Graph (v1.0)."""
