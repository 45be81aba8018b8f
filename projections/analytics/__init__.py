"""Sums by day behind the analytics, and the queries over them."""
