"""Webhooks of users: the endpoints that are told of events, and the deliveries to them."""
