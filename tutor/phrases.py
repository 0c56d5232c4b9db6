"""How students say that something is to run, to be repeated, or to be explained: the forms, not the subject.

All functions take folded text (lower case, no accents).
"""

from __future__ import annotations

import re

VERBS = frozenset(
    """run rerun re-run train show demo demonstrate draw plot simulate animate visualize visualise generate sample start launch
    play try watch stir step walk paint sketch execute do make fit teach see compute display illustrate open use solve search
    build construct fool cut turn quantize quantise prune distil distill store recall recover learn hide split sort encode
    decode compress guess blur sharpen slide denoise corrupt reconstruct classify forecast cluster unfold let have put place
    push press throw drop feed send pass set damage flip repair restore fix clean remove delete add sum approximate predict
    separate part divide detect locate localise localize segment mark count measure weigh rank score answer read recognise recognize
    move shift rotate enlarge upscale blow shrink squeeze expand grow change vary tune adjust optimise optimize compose
    create invent produce imagine continue complete finish fill mask blank cover shuffle scramble mix arrange order organise
    organize group gather map embed project embedd tokenise tokenize translate align attend route vote connect stack stamp convolve filter
    deblur smooth soften detect find look follow trace track examine explore inspect observe view present perform begin
    implement apply activate trigger initiate fire load test check evaluate prove infer deduce reason decide pick choose
    overload bring copy memorise memorize remember reproduce repeat replay redo reach fade echo collapse compete deceive
    trick attack nudge perturb poison match bend backpropagate propagate descend minimise minimize update iterate
    round scale stretch take give get fetch trim sparsify distort blindfold ask time write experiment work fight
    corre ejecuta entrena muestra mostra dibuja simula ve haz hace construye construi guarda recupera aprende busca traduce
    traduci ordena genera pinta crea compon ensena continua completa adivina predice predeci pronostica clasifica detecta localiza
    encuentra separa agrupa despliega agranda amplia limpia restaura repara quita elimina poda cuantiza destila comprime
    reconstruye copia lanza suma gira cambia camina mide conta cuenta elige juga juega piensa razona demuestra usa
    prueba proba pon pone deja lee reconoce mueve tapa oculta visualiza anima inicia empieza abre corta engana difumina
    desenfoca enfoca suaviza filtra aplica calcula resuelve resolve observa mira sigue danas dana invierte almacena recuerda
    ajusta aproxima convierte transforma divide codifica decodifica arma monta realiza hazme dame pesa puntua
    infiere explora recorre apila ilustra presenta arranca evalua proyecta incrusta""".split()
)  # fmt: skip
"""What an order begins with, English and Spanish. Words that as often begin a question to be answered (explain, tell)
are not among them."""

_WEAK = frozenset("write find answer give get take ask look check order imagine fix use help evaluate dame".split())
"""Verbs that ask for words as readily as for a run."""

_STRONG = frozenset(
    "run rerun re-run train simulate animate play launch execute demo entrena ejecuta simula corre anima".split()
)
_SHOWING = frozenset("show draw let watch make muestra dibuja".split())
_LEAD = re.compile(
    r"(?:(?:hi|hey|hello|hola|ok|okay|so|now|and|then|well|yo|alright|please|plz|pls|por favor|great|thanks|gracias|perfect|cool|"
    r"professor|tutor|tiza|ahora|bueno|oye|quickly|kindly|just|maybe|next|first|also|finally|i wonder if|if possible|if you can|"
    r"(?:can|could|would|will) (?:you|u|we|i)(?: (?:please|maybe|possibly|perhaps|just|be able to|mind))*|is it possible to|would it be possible to|would you mind|do you mind|"
    r"i(?:'d| would) (?:really )?(?:like|love|be happy) (?:you |for you )?to|i(?:'d| would) (?:like|love) (?:you|a|an|the) (?=\w+ing\b)|"
    r"i (?:really )?(?:want|need|wish|wanna|have)(?: you)?(?: to)?|i(?:'m| am) (?:curious|eager|keen) to|i(?:'m| am) gonna|"
    r"(?:we|you) (?:should|could|can|might)|let'?s(?: now)?|let (?:me|us)|help (?:me|us)(?: to)?|go (?:ahead|on)(?: and)?|try to|may (?:i|we)|"
    r"how about|what about|time to|it'?s time to|gimme|lemme|"
    r"(?:me )?(?:puedes|podrias|puede|podemos|podria)|quiero(?: que)?|quisiera(?: que)?|necesito(?: que)?|vamos a|(?:me )?gustaria(?: que)?|a ver si)[,!.: ]+)*",
)
_SEEING = re.compile(
    r"\b(demo|demonstration|simulation|animation|in action|live|step by step|visuali[sz]ation|demostracion|interactive|interactively|simulacion|paso a paso|en accion|en vivo|animacion)\b"
)
_SHOW_IT = re.compile(
    r"[.?!,:;]\s*(?:please )?(?:demonstrate|show (?:it|me|that|this)|(?:run|try|train|simulate|animate|measure|play) (?:it|this|that)|let me see|muestralo|muestramelo|ejecutalo|simulalo)\b[^.?!]*[.?!]*$|"
    r"[.?!;]\s*(?:please )?(?:show|run|simulate|demonstrate|try|train|animate|step through) [^.?!]+[.?!]*$|"
    r"\bin action\b|\b(?:run|see) (?:a|the) demo\b|"
    r"(?:,|\b(?:please|plese|pls|and))\s+(?:run|show)(?: (?:it|me|that|this))*[.! ]*$"
)
_ASKING = re.compile(
    r"^(?:and |so |but )?(who|what|when|where|why|which|whose|how|is|are|was|were|does|did|do you|do they|has|have (?:you|we|they)|explain|define|describe|tell|que|quien|cuando|como|por que|cual|cuales|cuanto|cuantos|donde|para que|explica|explicame|define|describe|dime|resume|summari[sz]e)\b"
)
_COMPARING = re.compile(r"\b(how|why|what|who|which|or not|differences?|diferencias?|por que|cual|cuando|quien)\b")
_UNLESS_NUMBERED = re.compile(r"\b(vs|versus|against|when)\b")
_WORDS_WANTED = re.compile(
    r"^\w+ (?:me |us )?(?:the |a |an |its |some |all |my |your )?(?:\w+ ){0,2}(formula|equation|definition|slides?|link|url|meaning|reference|paper|abstract|history|date|year|authors?|list|summary|explanation|source|differences?|advantages?|disadvantages?|pros|cons|examples? of|poem|essay|homework|joke|story|(?<!truth )tables?(?! with)|names?(?! with))\b"
)
_WHAT_IS = re.compile(
    r"^(?:show|see|find|watch|look) (?:me |us )?(?:who|whose|when|where (?:is|was)|what [\w\s-]+ (?:is|are|was|were|means?|stands? for)[.! ]*$)"
)
_AGAIN = re.compile(
    r"^(?:and |now |ok,? |with )?(?:more|fewer|less|slower|faster) \w+[.! ]*$|"
    r"\b(again|re-?run|same (?:demo|thing|one)|once more|this time|otra vez|repeat it|redo)\b|^(?:now|and now|ok now|then)\b.*\b(with|use|using|set|try|on|for)\b|^(?:and |now )?(?:with|using|set)\b"
)
_ABOUT = re.compile(
    r"^(?:(?:cool|ok|okay|great|nice|perfect|super),? )?(?:hi|hello|hey|hola|good (?:morning|evening|afternoon)|thanks|thank you|thx|gracias|help|ayuda|bye|goodbye)\b[\s\w]{0,12}[!.? ]*$|"
    r"\bwhat(?:'s| is) (?:this|the) (?:course|lecture|class) about\b|\bwhat (?:will|can) i learn\b|^who (?:r|are) (?:u|you)\b|"
    r"\b(?:who|what) are you\b|\bwhat (?:can|do) you do\b|\bwhat (?:can|could|may|should) i ask\b|\bwhat(?:'s| is) your name\b|\bhow do (?:you|i use you) work\b|"
    r"\bwhich (?:language )?model (?:are|do) you\b|\bwhat (?:language )?model (?:are|do) you\b|\bare you (?:a |an )?(?:human|ai|bot|chatgpt|robot|real|llm)\b|\bwho (?:made|built|created) you\b|"
    r"\bare you (?:offline|online)\b|\bwhat (?:topics|subjects) (?:do you|does (?:the|this) course) (?:know|cover)\b|\bwhich demos\b|\bwhat demos\b|\blist (?:all |the )*demos\b|\bquien eres\b|\bque puedes hacer\b"
)  # fmt: skip
_QUOTED = re.compile(r"[\"“”«»][^\"“”«»]*[\"“”«»]|(?<!\w)'[^']*'(?!\w)")
_LONGEST_STATEMENT = 16


def is_about_tutor(plain: str) -> bool:
    """Greetings and questions about the tutor itself."""
    return _ABOUT.search(plain) is not None


def asks_again(plain: str) -> bool:
    """Speaks of the last run: "again with 50 epochs"."""
    return _AGAIN.search(plain) is not None


def is_only_a_change(plain: str) -> bool:
    """Opens as a change of the last run: "now with", "more epochs"."""
    return _AGAIN.match(plain) is not None


def is_question(plain: str) -> bool:
    """Opens as something to be answered: "why", "explain"."""
    return _ASKING.match(_form(plain)) is not None


def unquoted(text: str) -> str:
    """The text without what it quotes, which says nothing about the kind of sentence."""
    return _QUOTED.sub(lambda match: " " * len(match[0]), text)


def _form(plain: str) -> str:
    """The sentence without quotes, and without dots that end none: those of decimals."""
    return re.sub(r"(?<=\d)\.(?=\d)|(?<=\s)\.(?=\d)", ",", unquoted(plain)).strip()


def wants_run(plain: str) -> bool:
    """True for an order to run, show or make something."""
    plain = _form(plain)
    if _SHOW_IT.search(plain):
        return True
    if _ASKING.match(plain):
        return False
    if _SEEING.search(plain):
        return True
    verb, rest = _order(plain)
    return bool(verb) and verb not in _WEAK and not _wants_words(verb, rest, plain)


def orders_words(plain: str) -> bool:
    """True for an order that may as well be one for words: "find", "take", "write"."""
    plain = _form(plain)
    return not _ASKING.match(plain) and _order(plain)[0] in _WEAK and not _wants_words(*_order(plain), plain)


def wants_run_surely(plain: str) -> bool:
    """True for an order that can mean nothing but a run: "train", "simulate", "demo"."""
    return _order(_form(plain))[0] in _STRONG or _SEEING.search(plain) is not None


def may_state_run(plain: str) -> bool:
    """True for a short statement that asks nothing, so that a demo and its parameters in it are an order."""
    plain = _form(plain)
    if _ASKING.match(plain) or _COMPARING.search(plain) or _WORDS_WANTED.search(plain) or "?" in plain:
        return False
    if _UNLESS_NUMBERED.search(plain) and not re.search(r"\d", plain):
        return False
    return len(plain.split()) <= _LONGEST_STATEMENT


def _wants_words(verb: str, rest: str, plain: str) -> bool:
    """True when what is ordered is a text, or nothing is: "show me the formula", "do neurons have weights?"."""
    if verb not in _STRONG and verb not in _SHOWING and plain.endswith("?") and plain.startswith(rest):
        return True
    if verb in _STRONG:
        return False
    return any(pattern.search(rest) for pattern in (_WORDS_WANTED, _WHAT_IS))


def _order(plain: str) -> tuple[str, str]:
    """The verb that an order begins with, in its base form, and the text from there; both empty when there is none."""
    lead = _LEAD.match(plain)
    rest = plain[lead.end() :] if lead else plain
    first = re.match(r"[a-z][a-z-]*", rest)
    verb = next((form for form in _forms(first[0]) if form in VERBS), "") if first else ""
    return (verb, rest) if verb else ("", "")


def _forms(word: str) -> tuple[str, ...]:
    english = (word, word[:-3], f"{word[:-3]}e", word[:-4]) if word.endswith("ing") else (word,)
    spanish = re.sub(r"(?:r|me|nos|lo|la|los|las|melo|mela)$", "", word)
    return (*english, spanish, re.sub(r"r$", "", spanish))
