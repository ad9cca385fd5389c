"""Castline's command line. It knows the service by HTTP only, wherever that runs."""
