"""Formulas for people at a terminal: what the course writes in LaTeX, said in Unicode.

`readable` turns every formula of a text, `readable_markdown` does it for Markdown that is still to be rendered, and
`Formulas` for a text that comes in chunks. The course, the stored conversations and the API keep the LaTeX.
"""

from tutor.formulas.finding import Formulas, readable, readable_markdown
from tutor.formulas.latex import unicode_of

__all__ = ["Formulas", "readable", "readable_markdown", "unicode_of"]
