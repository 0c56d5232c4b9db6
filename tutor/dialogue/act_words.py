"""The words of moves, English and Spanish: what students say for "simpler", "an example", "quiz me", "a hint".

All patterns are matched on folded text. Those of a whole utterance are anchored, so that a question about simple models
or adversarial examples stays a question.
"""

from __future__ import annotations

import re

_LEAD = (
    r"^(?:(?:hi|hey|ok|okay|so|and|but|now|well|then|yes|no|sorry|hm+|oh|please|pls|plz|tiza|tutor|just|maybe|first|"
    r"bueno|vale|y|pero|ahora|por favor|"
    r"(?:can|could|will|would) (?:you|i|we)(?: please)?(?: (?:get|have|see))?|i (?:want|need|would like|'d like)(?: you)?(?: to)?|"
    r"i'd like(?: you)?(?: to)?|let'?s|let me|"
    r"(?:me )?(?:puedes|podrias)|quiero(?: que)?|quisiera|necesito)[,.!: ]+)*"
)
_TAIL = r"(?:[,.!]? (?:please|pls|plz|now|then|por favor|tiza|tutor|thanks|again))*[\s?.!…]*$"
_IT = r"(?: (?:it|that|this|those|these|them|all that|any of (?:it|that|this)|a word|anything|eso|esto|nada|todo))*"

SIMPLER = re.compile(
    r"\b(?:in|with|using) (?:a |an )?(?:more |very |really )?(?:simple|simpler|plain|easy|easier|everyday|basic|"
    r"lay(?:man'?s?)?) (?:words?|terms?|language|english|way)\b|"
    r"\b(?:more|very) simply\b|\beli5\b|\bdumb (?:it|that|this) down\b|\bfor dummies\b|"
    r"\b(?:like|as if|as though) i(?:'m| am|m|'?d been| was| were) (?:a |an |only )?(?:five|ten|\d+|child|kid|beginner)(?: years? old)?\b|"
    rf"{_LEAD}(?:make|put|say|explain|describe|phrase|word){_IT} (?:a (?:bit|little) |much |even |more )?(?:simpler|easier|clearer|simple)(?= |\W*$)|"
    rf"{_LEAD}(?:an? |the |something |even |much |a bit )*(?:simpler|easier)(?: (?:explanation|words?|version|terms?|wording))?(?: of\b|(?={_TAIL}))|"
    rf"{_LEAD}simplify\b|{_LEAD}simply (?=explain|describe|put|say)|"
    rf"\b(?:simply|for an? (?:absolute )?beginner)(?={_TAIL})|"
    rf"{_LEAD}i (?:still |really |just |also )*(?:do not|don'?t|did not|didn'?t|can'?t|cannot) (?:get|understand|follow|see)"
    rf"(?:{_IT}(?={_TAIL})| (?=\S))|"
    rf"{_LEAD}(?:i'?m (?:lost|confused)|huh|(?:that|this|it)(?:'s| is|s)? (?:still )?too (?:hard|complicated|difficult|complex))(?={_TAIL})|"
    r"\bmas (?:simple|sencillo|sencilla|facil|claro|clara)(?:mente)?\b|"
    r"\b(?:en|con) (?:palabras|terminos) (?:mas )?(?:simples|sencill[ao]s|faciles)\b|"
    r"\bde (?:una )?(?:forma|manera) (?:mas )?(?:simple|sencilla|facil)\b|"
    rf"{_LEAD}(?:aun |todavia )?no (?:(?:lo|la|le|te|se) )*(?:entiendo|entendi|comprendo|comprendi)\b(?: (?:nada|bien))?"
)

EXAMPLE = re.compile(
    rf"{_LEAD}(?:(?:give|show|tell|is there|do you have|name|make|provide|what is|what's|what would be|dame|dime|muestrame|pon|ponme|cual es|cual seria)"
    rf"(?: (?:me|us))? )?"
    r"(?:an?|one|some|another|un|algun|otro) (?:(?:concrete|simple|easy|small|short|worked|numeric|numerical|good|real|"
    r"quick) )*(?:examples?|ejemplos?)(?: (?:concreto|sencillo|numerico))?"
    rf"(?: (?:of|for|with|about|on|de|del|con|para|sobre) (?P<topic>\S.*)|(?={_TAIL}))|"
    rf"{_LEAD}(?:for|por) (?:example|instance|ejemplo){_TAIL}|{_LEAD}(?:example|ejemplo|e\.?g\.?){_TAIL}"
)

PRACTICE = re.compile(
    rf"{_LEAD}(?:(?:quiz|test|examine|question) me|ask me|give me|pose me|preguntame|hazme|haz(?:me)?|dame|ponme a prueba|"
    r"examiname|evaluame|(?:a |one |another |some )?(?:practi[cs]e|quiz|exercise)|practicar|another|one more|next|a|one|"
    r"otra|una)"
    r"(?P<asked> (?:some|any)thing(?: else)?| (?:another|one more)(?: one)?| (?:(?:a|an|one|another|some|the|more|next|una|otra|unas|algun[ao]s?|otras) )?"
    r"(?:(?:more|other|new|practi[cs]e|quiz|test|exam|easy|hard|different|short) )*(?:questions?|quiz|exercises?|preguntas?|ejercicios?)"
    r"(?: de practica)?| algo| one)?"
    r"(?: (?:on|about|of|from|for|in|with|sobre|acerca de|de|del|con|en) (?P<topic>\S.*)|"
    rf"(?={_TAIL}))"
)
SURE = re.compile(
    r"\b(?:quiz|quizz|test me|examine me|question me|practi[cs]e|ask me|preguntame|a prueba|examiname|evaluame|practicar|"
    r"exercises?|ejercicios?|another question|next question|more questions?|other question|new question|otra pregunta|una pregunta)\b"
)
"""What a practice request has to hold: "a question about LSTM" alone may open a question of the student's own."""

HINT = re.compile(
    rf"{_LEAD}(?:give me |dame |show me )?(?:(?:a|an|any|one|another|the|more|some|una|otra|next|second) )*(?:little |small )?"
    rf"(?:hints?|clues?|tips?|pistas?|help|ayuda|help me|ayudame){_TAIL}"
)
REVEAL = re.compile(
    rf"{_LEAD}(?:sorry,? |honestly,? )?(?:(?:i )?(?:really |still )?(?:don'?t|do not|dont) (?:know|remember)(?: it| that| this| the answer)?|"
    r"i have no (?:idea|clue)|no (?:idea|clue)|idk|dunno|i(?:'m| am) not sure|not sure|i forgot|"
    r"(?:tell|show|give) me(?: (?:the|what the))?(?: (?:right|correct))?(?: (?:answer|solution)(?: is)?)?|tell|"
    r"(?:the |what is the |what's the |whats the )?(?:right |correct )?(?:answer|solution)|reveal(?: it| the answer)?|"
    r"i give up|give up|pass|"
    rf"no (?:lo )?(?:se|recuerdo)|ni idea|me rindo|paso|dime(?:lo)?(?: la respuesta)?|(?:cual es )?la respuesta){_TAIL}"
)
STOP = re.compile(
    rf"{_LEAD}(?:stop|enough|quit|cancel|that'?s enough|i'?m done|no more(?: questions?)?|basta|ya no(?: mas)?|no mas(?: preguntas)?)"
    rf"(?: (?:it|the|this|quiz|quizzing|practice|questions?|asking|me|for now|for today))*{_TAIL}"
)
AGAIN = re.compile(
    rf"{_LEAD}(?:(?:the )?(?:next|another|other)(?: (?:one|question))?|one more|skip(?: (?:it|this|that|this one))?|otra(?: mas)?|siguiente|"
    rf"yes|yes please|sure|more|go on|continue|si){_TAIL}"
)
"""Asks for one more, right after a practice question."""

REPEAT = re.compile(rf"{_LEAD}(?:repeat|what was|say)(?: me)? (?:it|the question|that|your question)(?: again)?{_TAIL}")

_AUX = r"(?:is|are|was|were|do|does|did|can|could|would|should|will|has|have|had|am|about|else|if|happens|happened)"
QUESTION = re.compile(
    r"^(?:(?:and|but|so|ok|okay|well|hey|wait|then|also)[, ]+)*(?:"
    rf"(?:what|who|which|whose|why|how|when|where)(?:'s|'re|s)? (?:\w+ ){{0,2}}?{_AUX}\b|what'?s\b|who'?s\b|"
    r"how (?:many|much|come|to|long|big|large|old)\b|why\W*$|how\W*$|when\W*$|where\W*$|"
    r"(?:explain|define|describe|summari[sz]e|compare|show|list|tell me (?:about|how|why|what|who|when|more))\b|"
    r"(?:is|are|does|do|did|was|were|can|could|should|has|have|will)\b(?! it\b(?: \S+){1,4}\W*$).*\?)"
)
"""Opens as a question of the student's own: "what is", not "when it errs"."""

GUESS = re.compile(r"^[¿ ]*(?:is it|was it|maybe|perhaps|es|fue|sera|quizas?)\b(?: \S+){1,4}$")
GUESS_WORDS = 4
"""So many words with a question mark are still a guess: "Rosenblatt?"."""

ORDER = re.compile(
    rf"{_LEAD}(?:/demo|run|rerun|train|simulate|animate|play|launch|execute|draw|show|muestra\w*|entrena|ejecuta|simula|corre|"
    r"anima|dibuja)\b|\bdemos?\b"
)
"""Opens as an order to run a demo; other verbs open answers as readily ("removes noise step by step")."""

SLIDE = re.compile(r"^(?:the )?(?:slide|diapositiva) (?:number )?(\d{1,3})$")

FILLER = frozenset(
    """explain explained describe tell say put make give show word phrase please pls again more once simpler simple simply easier
    clearer version explanation bit little much even what is the a an of about for to how works work does it that this
    explica explicame explicamelo explicalo dime hazlo algo lo la el un una de del que es me mas por favor puedes podrias otra vez
    can could you i want need would like still really also understand get concept idea topic one them those these
    same thing question answer pregunta respuesta todo eso esto y and so but ok sorry no hm way terms words""".split()
)
"""Words that say of no topic what it is."""
