"""Takes leaked secrets out of code: each literal that holds one becomes a lookup, in the file's own language.

`plan` reads findings and files and says what would change; `write` changes the files, all or none; `diff` shows or
saves the same as a patch. `rewrite` is the one mechanism behind every language, and a language is a module in
`languages/`, named in that package's table. `source` parses, `names` chooses the names of variables, `project` knows
the files around the code (`.env.example`, `.gitignore`), `helpers` the lookups of secret managers, `put` brings a
value into its store.
"""
