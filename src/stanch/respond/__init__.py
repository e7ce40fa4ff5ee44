"""What to do about a leak, and the doing of it.

`playbook` tells what to do, for a type or for a finding; it asks nobody and changes nothing. `snippets` has programs
that read a secret from where it belongs, `fix` takes it out of code, and `stores` keeps it. A further answer to a leak
is a module or package of its own.
"""
