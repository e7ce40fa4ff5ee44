"""What to do about a leak. Knows the catalog and findings.

`playbook` tells what to do about one credential type; it asks nobody and changes nothing. `fix` takes secrets out of
code. A further answer to a leak is a module or package of its own.
"""
