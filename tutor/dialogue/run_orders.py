"""How students say that something is to run, to be repeated, or to be explained: the forms, not the subject.

All functions take folded text (lower case, no accents).
"""

from __future__ import annotations

import re

VERBS = frozenset(
    """
    activate add adjust align alphabetise alphabetize animate answer apply approximate arrange ask assemble attack
    attend autocomplete backpropagate battle beat begin benchmark bend blank blend blindfold blow blur bring build
    bury challenge change check choose chop classify clean cluster collapse color colour combine compete complete
    compose compress compute confuse conjure connect construct continue convolve copy corrupt count cover craft
    create crop cut damage deblur deceive decide decode decrease deduce delete demo demonstrate denoise descend
    design detect dial disable display distil distill distinguish distort divide do double draw drop echo embed
    enable encode enlarge evaluate examine execute expand experiment explore extend fade feed fetch fight fill
    filter find finish fire fit fix flip fold follow fool force forecast freeze gather generate get give group grow
    guess halve have hide highlight illustrate imagine implement increase infer initiate inspect invent iterate join
    kill launch learn lengthen let limit load localise localize locate look lower make map mark mask match
    measure melt memorise memorize merge minimise minimize mirror mislead mix morph move normalise normalize nudge
    observe open optimise optimize order organise organize outline overfit overload paint part pass perform perturb
    pick pinpoint play plot poison pour predict present press produce project propagate prove prune push put
    quantise quantize race raise rank re-run reach read rearrange reason rebuild recall recognise recognize reconstruct
    recover redo reduce remember remove reorder repair repeat replace replay reproduce rerun restore restrict
    rewrite roll rotate route rub ruin run sample saw scale scatter score scramble scrub search see segment send
    separate set shake sharpen shed shift shorten show shrink shuffle simplify simulate sketch slice slide smooth
    soften solve sort sparsify spin split spot spread squeeze stack stamp start step stir store stretch strip sum
    swap switch take teach test throw time toggle tokenise tokenize toss trace track train translate trick trigger
    trim try tune turn tweak twist type unfold unroll update upscale use vary vectorise vectorize view visualise
    visualize vote walk warp wash watch weigh wipe work wreck write zoom
    abre adivina agranda agrupa ajusta almacena amplia anima apila aplica aprende aproxima arma arranca busca
    calcula cambia camina clasifica codifica completa compon comprime construi construye conta continua convierte
    copia corre corta crea cuantiza cuenta dame dana decodifica deja demuestra desenfoca despliega destila detecta
    dibuja difumina divide ejecuta elige elimina empieza encuentra enfoca engana ensena entrena evalua explora
    filtra genera gira guarda hace haz hazme ilustra incrusta infiere inicia invierte juega juga lanza lee limpia
    localiza mide mira monta mostra muestra mueve observa oculta ordena pesa piensa pinta poda pon pone predeci
    predice presenta proba pronostica proyecta prueba puntua quita razona realiza reconoce reconstruye recorre
    recuerda recupera repara resolve restaura resuelve separa sigue simula suaviza suma tapa traduce traduci
    transforma usa ve visualiza
    """.split()
)
"""What an order begins with, English and Spanish. Words that as often begin a question to be answered (explain, tell)
are not among them."""
_WEAK = frozenset(
    "compute calcula write find answer give get take ask look check order imagine fix use help evaluate dame".split()
)
"""Verbs that ask for words as readily as for a run."""

_STRONG = frozenset(
    "run rerun re-run train simulate animate play launch execute demo entrena ejecuta simula corre anima".split()
)
_SHOWING = frozenset("show draw let watch make muestra dibuja".split())
_LEAD = re.compile(
    r"(?:(?:hi|hey|hello|hola|ok|okay|so|now|and|then|well|yo|alright|please|plz|pls|por favor|great|thanks|gracias|"
    r"perfect|cool|"
    r"professor|tutor|tiza|ahora|bueno|oye|quickly|kindly|just|maybe|next|first|also|finally|i wonder if|if possible|"
    r"if you can|"
    r"(?:can|could|would|will) (?:you|u|we|i)(?: (?:please|maybe|possibly|perhaps|just|be able to|mind))*|"
    r"is it possible to|would it be possible to|would you mind|do you mind|"
    r"i(?:'d| would) (?:really )?(?:like|love|be happy) (?:you |for you )?to|i(?:'d| would) (?:like|love) (?:you|a|an|"
    r"the) (?=\w+ing\b)|"
    r"i (?:really )?(?:want|need|wish|wanna|have)(?: you)?(?: to)?|i(?:'m| am) (?:curious|eager|keen) to|i(?:'m|"
    r" am) gonna|"
    r"(?:we|you) (?:should|could|can|might)|let'?s(?: now)?|let (?:me|us)|help (?:me|us)(?: to)?|go (?:ahead|"
    r"on)(?: and)?|try to|may (?:i|we)|"
    r"how about|what about|time to|it'?s time to|gimme|lemme|"
    r"(?:me )?(?:puedes|podrias|puede|podemos|podria)|quiero(?: que)?|quisiera(?: que)?|necesito(?: que)?|vamos a|"
    r"(?:me )?gustaria(?: que)?|a ver si)[,!.: ]+)*",
)
_SEEING = re.compile(
    r"\b(demo|demonstration|simulation|animation|in action|live|step by step|visuali[sz]ation|demostracion|"
    r"interactive|interactively|simulacion|paso a paso|en accion|en vivo|animacion)\b"
)
_SHOW_IT = re.compile(
    r"[.?!,:;]\s*(?:please )?(?:demonstrate|show (?:it|me|that|this)|(?:run|try|train|simulate|animate|measure|"
    r"play) (?:it|this|that)|let me see|muestralo|muestramelo|ejecutalo|simulalo)\b[^.?!]*[.?!]*$|"
    r"[.?!;]\s*(?:please )?(?:show|run|simulate|demonstrate|try|train|animate|step through) [^.?!]+[.?!]*$|"
    r"[.?!,:;]\s*(?:step by step|live|interactively|paso a paso|en vivo)[.! ]*$|\bin action\b|\b(?:run|see) (?:a|"
    r"the) demo\b|"
    r"(?:,|\b(?:please|plese|pls|and))\s+(?:run|show)(?: (?:it|me|that|this))*[.! ]*$"
)
_ASKING = re.compile(
    r"^(?:and |so |but )?(who|what|when|where|why|which|whose|how|is|are|was|were|does|did|do you|do they|has|"
    r"have (?:you|we|they)|links?|urls?|website|enlaces?|explain|define|describe|tell|"
    r"que|quien|cuando|como|por que|cual|cuales|cuanto|cuantos|donde|para que|"
    r"explica|explicame|define|describe|dime|resume|summari[sz]e|"
    r"(?:can|could) (?:i|we|one) (?:run|use|train)\b.* on (?:an?|my|our) (?:\w+ )?(?:raspberry|laptop|phone|smartphone|"
    r"pc|computer|cpu|gpu|device|microcontroller|arduino|board))\b"
)
_COMPARING = re.compile(r"\b(how|why|what|who|which|or not|differences?|diferencias?|por que|cual|cuando|quien)\b")
_UNLESS_NUMBERED = re.compile(r"\b(vs|versus|against|when|in|of|for)\b")
"""Words of a topic ("cross-attention in stable diffusion"): without a number beside them no run is stated."""
_ASKS_AFTER = re.compile(r", (?:does|do|did|is|are|was|will|would|can|could|what|why|how)\b")
_WORDS_WANTED = re.compile(
    r"^\w+ (?:me |us )?(?:the |a |an |its |some |all |my |your )?(?:\w+ ){0,2}(formula|equation|definition|slides?|"
    r"link|url|meaning|reference|paper|abstract|history|date|year|authors?|list|summary|explanation|source|"
    r"differences?|advantages?|disadvantages?|pros|cons|examples? of|poem|essay|homework|joke|story|"
    r"(?<!truth )tables?(?! with)|names?(?! with))\b"
)
_WHAT_IS = re.compile(
    r"^(?:show|see|find|watch|look) (?:me |us )?(?:who|whose|when|where (?:is|was)|what [\w\s-]+ (?:is|are|was|were|"
    r"means?|stands? for)[.! ]*$)"
)
_NOUNS = re.compile(r"[\w-]+ (?!(?:an?|the|my|me|it|this|that|some|un|una|el|la|los|las|mi)\b)\w+(?: \w+)?[.! ]*$")
"""Two or three words that are as likely a term as an order: "filter kernel", "search tree"."""
_AGAIN = re.compile(
    r"^(?:and |now |ok,? |with )?(?:more|fewer|less|slower|faster) \w+[.! ]*$|"
    r"\b(again|re-?run|same (?:demo|thing|one)|once more|this time|otra vez|repeat it|redo)\b|^(?:now|and now|ok now|"
    r"then)\b.*\b(with|use|using|set|try|on|for)\b|^(?:and |now )?(?:with|using|set)\b"
)
_ABOUT = re.compile(
    r"^(?:(?:cool|ok|okay|great|nice|perfect|super),? )?(?:hi|hello|hey|hola|good (?:morning|evening|afternoon)|"
    r"thanks|thank you|thx|gracias|help|ayuda|bye|goodbye)\b[\s\w]{0,12}[!.? ]*$|"
    r"\bwhat(?:'s| is) (?:this|the) (?:course|lecture|class) about\b|\bwhat (?:will|can) i learn\b|^who (?:r|"
    r"are) (?:u|you)\b|"
    r"\b(?:who|what) are you\b|\bwhat (?:can|do) you do\b|\bwhat (?:can|could|may|should) i ask\b|\bwhat(?:'s|"
    r" is) your name\b|\bhow do (?:you|i use you) work\b|"
    r"\bwhich (?:language )?model (?:are|do) you\b|\bwhat (?:language )?model (?:are|do) you\b|\bare you (?:a |"
    r"an )?(?:human|ai|bot|chatgpt|robot|real|llm)\b|\bwho (?:made|built|created) you\b|"
    r"\bare you (?:offline|online)\b|\bwhat (?:topics|subjects) (?:do you|does (?:the|this) course) (?:know|cover)\b|"
    r"\bwhich demos\b|\bwhat demos\b|\blist (?:all |the )*demos\b|\bquien eres\b|\bque puedes hacer\b"
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
    return re.sub(r"(?<=\d)\.(?=\d)|(?<=\s)\.(?=\d)", ",", unquoted(plain)).strip(" ¿¡")


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
    if not verb or verb in _WEAK or _wants_words(verb, rest, plain):
        return False
    if verb in _STRONG | _SHOWING:
        return True
    return _NOUNS.match(rest) is None and _ASKS_AFTER.search(rest) is None


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
    if _ASKS_AFTER.search(plain):
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
