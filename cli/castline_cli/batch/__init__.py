"""Parts of ``castline batch``, which speaks many scripts with one cast."""
