"""The state machine's tasks, one module a task. ``infra/workflow.asl.json`` calls each one's ``handler``."""
