"""Git hooks on workstations and servers: what they run, how they are installed and whether they really work.

`run` is the hot path that a hook calls; `install`, `everywhere` and `status` are for the person who sets
hooks up. To guard one more hook, give it a branch in `run.run_hook` and a name in `script.GUARDED`.
"""
