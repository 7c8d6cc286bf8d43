"""The generated reference pages: each module writes one page from the code that it describes."""
