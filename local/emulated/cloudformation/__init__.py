"""Emulated CloudFormation: moto's, with the types and properties that Castline's templates need and moto lacks."""
