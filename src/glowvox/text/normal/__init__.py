"""The rules of the English normaliser: one class of things to be read aloud per file.

`reading` says what a rule is, `folding` prepares the characters, `rules` holds the table that `text.normalize` walks.
"""
