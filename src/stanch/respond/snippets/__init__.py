"""Short programs that fetch a secret from a store and use it, in many languages.

A program is put together from two files of its language: `stores/STORE` fetches the secret, `uses/USE` calls the
provider with it. They are real source files, so that the language's own tools can read them; words in capitals such as
SECRET_NAME stand for what differs. `language.toml` beside them says which packages each needs and where its facts are
to be read. To add a language: one folder. To add a store or a provider's client: one file and its table.
"""
