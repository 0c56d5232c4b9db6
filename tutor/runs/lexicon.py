"""The words in which students ask about a demo run, and what each kind of question looks like."""

from __future__ import annotations

import re

__all__ = ["GRAMMAR", "LOOSE", "OF_RUNS", "ROLES"]

GRAMMAR = frozenset(
    """a about after again all an and any are around at be been before by can could did do does during ever exactly far
    for from had has have high how i in into is it its just long low many me most much my never not of on one
    only or our out over please really s so tell than that the their them then there they this to up us was we
    were what whats when where which while why will with would you your""".split()
)
"""Words that say nothing of what a question is about."""

OF_RUNS = frozenset(
    """run runs ran running demo demos demonstration frame frames picture pictures image images step steps moment
    moments caption captions metric metrics value values number numbers curve curves plot plots line lines panel
    panels show shows showed shown see saw seen say says said mean means look happen happened happens happening
    go goes went get got come came take took taken need needed reach reached reaches hit pass passed exceed
    exceeded above below under first last final finally end ended ends start started starts begin beginning
    began finish finished best worst better worse highest lowest maximum minimum max min peak largest smallest
    biggest greatest least higher lower jump jumped jumps drop dropped drops rise rose rises risen fall fell
    falls fallen increase increased decrease decreased grow grew shrink shrank climb climbed spike spiked dip
    dipped sink sank change changed changes move moved down summarise summarize summary explain describe result
    results outcome iteration iterations parameter parameters setting settings seed used use set guess guessed
    prediction right correct wrong true converge converged work worked succeed succeeded fail failed learn
    learned learnt between until percent level now quickly fast slowly sudden suddenly turn turned become became
    make made stop stopped stay stayed measure measured point settle settled rest convergence""".split()
)
"""Words of any run."""

ROLES = {
    "loss": ("loss", "error"),
    "error": ("error", "loss", "mistakes"),
    "accuracy": ("accuracy", "score"),
    "mistakes": ("mistakes",),
    "energy": ("energy",),
}
"""What students call a measure, and the roles that demos give to theirs, nearest first."""

LOOSE = {"loss": ("loss", "error"), "error": ("error", "loss"), "accuracy": ("accuracy", "right", "test", "exact"),
         "mistakes": ("mistakes",), "energy": ("energy",)}  # fmt: skip
"""What students call a measure, and the words that demos have for it, nearest first."""

PAST = re.compile(
    r"\b(?:did|was|were|had|went|got|came|ended|happened|took|used|rose|fell|jumped|dropped|ran|showed)\b"
)
WHEN = re.compile(r"\b(?:when|where|at wh\w+|(?:which|what) (?:frame|step|epoch|moment))\b")
HOW_LONG = re.compile(r"\bhow (?:long|many|soon|fast|quickly)\b")
ENDS = re.compile(r"\b(last|final|first|opening|closing) (frame|picture|step|moment|caption|panel|plot)s?\b")
SHOWN = re.compile(r"\b(?:shows?|shown|happen\w*|see|seen|says?|look)\b")

FINAL = re.compile(
    r"\b(?:final|finally|(?:at|in) the end|end(?:ed)? (?:up )?(?:with|at|on)|last|finish(?:ed)? (?:with|at))\b|"
    r"\bhow (?:high|low|far|much|many|large|good)\b.*\b(?:did|were there|(?:was|were) the)\b|"
    r"\bwhat (?:\w+ ){1,4}?did (?:it|we|you|the run|the demo) (?:reach|get|end|have|finish|come)\b"
)
VALUE = re.compile(r"what (?:was|were) the ")

_UP_OR_DOWN = r"(?:go|goes|went|gets?|got) (?:back )?"
UP = re.compile(rf"\b(?:jump\w*|r[io]sen?s?|increase\w*|gr[oe]w\w*|climb\w*|spike\w*|{_UP_OR_DOWN}(?:up|higher))\b")
DOWN = re.compile(
    rf"\b(?:drop\w*|falls?|fell|fallen|decrease\w*|shr[ai]nk\w*|dip\w*|s[ai]nk\w*|{_UP_OR_DOWN}(?:down|lower))\b"
)
CHANGE = re.compile(r"\b(?:chang\w+|moved?)\b")
EXTREMES = {
    "highest": re.compile(r"\b(?:highest|maximum|max|peak\w*|largest|biggest|greatest)\b"),
    "lowest": re.compile(r"\b(?:lowest|minimum|min|smallest|least)\b"),
    "best": re.compile(r"\bbest\b"),
    "worst": re.compile(r"\bworst\b"),
}
CROSSING = re.compile(
    r"\b(reach\w*|pass|passed|exceed\w*|hit|above|over|below|under|get to|got to)\b"
    r"[^\d.]{0,24}?(\d*\.?\d+) ?(%|percent)?"
)

_THE_RUN = r"(?:the|this|that) (?:run|demo)"
WHOLE = re.compile(
    rf"\bsummar\w+|\bwhat (?:has )?happened$|\bwhat happened (?:in|during) {_THE_RUN}|"
    rf"\b(?:explain|describe) {_THE_RUN}|\bwhat (?:was|were) the (?:results?|outcome)(?: of {_THE_RUN})?$|"
    rf"\bwhat did (?:it|we|i|you|{_THE_RUN}) (?:just )?(?:see|show|mean)\b"
)
RESULT = re.compile(r"\bwhat (?:was|were) the (?:results?|outcome)\b")
VERDICT = re.compile(
    rf"^(?:so |and )?did (?:it|{_THE_RUN}) (?:\w+ )?(?:converge|work|learn|succeed|fail|get|find|reach|make|stop)\b|"
    r"\b(?:was|is) (?:my|the|our) (?:guess|prediction) (?:right|correct|wrong|true)\b|"
    r"\bdid i guess (?:right|wrong|it)\b"
)
CONVERGED = re.compile(r"\b(?:converge[ds]?|convergence|settled?|come to rest|came to rest)\b")
WEIGHTS = re.compile(r"\b(?:weights|bias(?:es)?)\b")
LEARNT = re.compile(r"\b(?:learn(?:ed|t)?|final(?:ly)?|(?:at|in) the end|last|end(?:ed)? (?:up )?(?:with|at))\b")
HOW_FAR = re.compile(r"\bhow (?:much|far)\b|\bby how much\b")
SETTINGS = re.compile(
    r"\b(?:which|what|with what|with which) (.{0,40}?)"
    r"(?:did (?:you|we|it) (?:use|set|run with)|(?:was|were) (?:used|set)|was it run with)\b"
)
