"""Breaks every AWS call and every provider call of the workflow in turn, and looks at what becomes of the job.

    python -m tests.faults        breaks them all and prints a table

``catalogue`` lists what is called, ``faults`` how a call is broken, ``scenarios`` what happens meanwhile, and
``inspection`` what must hold afterwards. The tests and the program run the same ``experiment``.
"""
