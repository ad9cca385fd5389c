"""Castline's command line. It uses the service over HTTP only."""
