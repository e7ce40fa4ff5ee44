"""What is known of providers and credential types: one TOML file per provider in `providers`.

`model` says what a file may hold, `load` reads them, `checks` are the offline checks that they name, `regex` turns
patterns into triggers and examples. A new provider is a file beside the others.
"""
