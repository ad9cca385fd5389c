"""Fault suite: it breaks every AWS call and every provider call of the workflow in turn, and checks the job.

    python -m tests.faults        breaks them all and prints a table

``catalogue`` lists the calls, ``faults`` the ways to break one, ``scenarios`` the events meanwhile, and
``inspection`` the conditions that must hold afterwards. The tests run one ``experiment`` for each kind of fault.
"""
