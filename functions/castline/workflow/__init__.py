"""Tasks of the state machine, one module for each. ``infra/workflow.asl.json`` calls each module's ``handler``."""
