"""Tells the demo chatgpt: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from demos.language.chatgpt import ChatgptParams
from demos.language.gpt import ModelTokens, NextTokens, Token, greedy, look, read, said
from demos.lib.prelude import open_with
from demos.lib.scenes import Scene, row
from demos.lib.wording import amount, count, number
from demos.runtime.contract import Bars, Claim, Demo, Frame, Measure, Panel, Prediction, Preset, Request, Tokens, Words
from demos.runtime.messages import listed, say
from demos.telling._preferences import NAMES, Toy, answers

SYSTEM = "You are a helpful AI assistant."
FOLLOW_UP = "Tell me more."
SHOWN = 8


def steps(
    params: ChatgptParams, model_tokens: ModelTokens | None = None, next_tokens: NextTokens | None = None
) -> Iterator[Frame]:
    """The question as bare text and in the template, then the toy: comparisons, reward, tuning, its limit."""
    toy = Toy(params)
    if model_tokens is None or next_tokens is None:
        yield from open_with(_closed(), toy.scenes)
        return
    talk = Talk(params, model_tokens, next_tokens)
    yield from open_with(talk.opening(), lambda: [*talk.scenes(), *toy.scenes()])


def _closed() -> Scene:
    caption = say(
        "Here the tutor has no model file that could be looked into, so bare text and chat template, the "
        "first 2 parts of this demo, are left out. The third, tuning by preferences, is a toy of 5 answers "
        "that needs no model."
    )
    return Scene(caption, (answers(),), {"answers": len(NAMES)})


class Talk:
    """One question to the tutor's own model, with and without its template."""

    def __init__(self, params: ChatgptParams, model_tokens: ModelTokens, next_tokens: NextTokens) -> None:
        self.params, self.ask, self.next = params, model_tokens, next_tokens
        self.question = params.question if params.question.endswith(tuple(".?!:")) else f"{params.question}?"
        self.bare = read(model_tokens, self.question)

    def scenes(self) -> list[Scene]:
        messages = [["system", SYSTEM], ["user", self.question]]
        self.chat = read(self.ask, messages)
        self.continued = greedy(self.next, self.bare, self.params.tokens)
        self.answered = greedy(self.next, self.chat, self.params.tokens)
        answer = said([token for token, _ in self.answered]) or "..."
        longer = read(self.ask, [*messages, ["assistant", answer], ["user", FOLLOW_UP]])
        return [self.bare_text(), self.template(), self.reply(), self.beside(), self.turns(longer)]

    def opening(self) -> Scene:
        caption = say(
            "'{cut}' as bare text: {tokens} for the tutor's own model. A language model does not answer; it "
            "continues. What usually follows a question in text? An answer, another question, or the end of the "
            "page. Look which it takes.",
            cut=_cut(self.question, 60),
            tokens=count(len(self.bare), "token"),
        )
        return Scene(caption, (_tokens(say("Bare text"), self.bare),), {"tokens": len(self.bare)})

    def bare_text(self) -> Scene:
        token, p = self.continued[0]
        caption = say("Always the likeliest token: first '{shown}' ({p}). ", shown=token.shown, p=number(p, 2))
        text = said([token for token, _ in self.continued])
        if text:
            caption += say("It goes on '{cut}'. Nobody said who speaks, so it may as well ask on. ", cut=_cut(text, 90))
        else:
            caption += say("That ends the text: a page may well hold this question alone. Nothing was answered. ")
        caption += say("To continue is all that training on text teaches.")
        panels = (_tokens(say("Bare text"), self.bare), _written(say("Continued"), self.continued))
        return Scene(caption, panels, {"p": p}, say("bare text"))

    def template(self) -> Scene:
        marks = [token for token in self.chat if token.control]
        different = list(dict.fromkeys(token.text.strip() for token in marks))
        caption = say(
            "Now in the chat template of the model's own file: {chat} tokens instead of {bare}. {control_tokens} "
            "({listing}) part the speakers, and the end says that the assistant is next. Words of a user never "
            "become such a token, even when typed alike.",
            chat=len(self.chat),
            bare=len(self.bare),
            control_tokens=count(len(marks), "control token"),
            listing=listed(", ", different[:3]),
        )
        return Scene(
            caption, (_tokens(say("What the model reads"), self.chat),), {"tokens": len(self.chat)}, say("the template")
        )

    def reply(self) -> Scene:
        token, p = self.answered[0]
        text = said([token for token, _ in self.answered])
        caption = say(
            "From the template the first token is '{shown}' ({p}), and the reply '{cut}'. The same weights, "
            "another text before: in the conversations that it was tuned on, an answer follows this place. "
            "Whether it is true is another matter.",
            shown=token.shown,
            p=number(p, 2),
            cut=_cut(text, 110),
        )
        return Scene(caption, (_written(say("Replied"), self.answered),), {"p": p}, say("the reply"))

    def beside(self) -> Scene:
        bare = look(self.next, self.bare, [], SHOWN, [1.0])
        chat = look(self.next, self.chat, [], SHOWN, [1.0])
        caption = say(
            "The first token after both. As bare text '{shown}' leads with {p} and the choice has {bits}; in the "
            "template '{shown2}' with {p2} and {bits2}. {chat} tokens of form changed what is probable.",
            shown=bare.tokens[0].shown,
            p=number(bare.p()[0], 2),
            bits=amount(bare.entropies[1.0], "bit", 1),
            shown2=chat.tokens[0].shown,
            p2=number(chat.p()[0], 2),
            bits2=amount(chat.entropies[1.0], "bit", 1),
            chat=len(self.chat) - len(self.bare),
        )
        panels = tuple(
            Bars(
                title=title,
                labels=tuple(token.shown for token in each.tokens),
                values=row(each.p()),
                value_range=(0, 1),
            )
            for title, each in ((say("After bare text"), bare), (say("After the template"), chat))
        )
        return Scene(caption, panels, {"bare": bare.p()[0], "chat": chat.p()[0]})

    def turns(self, longer: list[Token]) -> Scene:
        caption = say(
            "And a second question, '{follow_up}'? The model keeps nothing, so the whole conversation is given "
            "again: {longer} tokens after {chat}. That is how it knows what 'more' means. Each turn adds its own, "
            "until the context is full and the beginning has to go.",
            follow_up=FOLLOW_UP,
            longer=len(longer),
            chat=len(self.chat),
        )
        bars = Bars(title=say("Tokens read"), labels=(say("bare question"), say("first turn"), say("second turn")),
                    values=row(map(len, (self.bare, self.chat, longer))))  # fmt: skip
        return Scene(caption, (bars, _tokens(say("The second turn, its end"), longer[-24:])), {"tokens": len(longer)},
                     say("the second turn"))  # fmt: skip


def _tokens(title: str, tokens: Sequence[Token]) -> Panel:
    marked = tuple(index for index, token in enumerate(tokens) if token.control)
    return Tokens(title=title, tokens=tuple(token.shown for token in tokens), marked=marked)


def _written(title: str, written: Sequence[tuple[Token, float]]) -> Panel:
    return Tokens(title=title, tokens=tuple(token.shown for token, _ in written), weights=row(p for _, p in written))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def _check(frames: Sequence[Frame]) -> str:
    return NAMES[int(frames[-1].metrics["best"])]


LEXICON = {
    "question": Words(("prompt", "text", "pregunta", "ask", "instrucción")),
    "tokens": Words(("length", "new tokens", "longitud", "answer length")),
    "people": Words(
        ("judges", "taste", "raters", "annotators", "personas", "gente", "jueces"),
        {
            "flattered": (
                "flattery", "praise", "flattering", "flattered people", "flatterers", "love flattery", "want praise",
                "like praise", "halagos", "halago", "elogios", "adulación",
            ),
            "helpful": ("help", "helpfulness", "want help", "ayuda", "útiles", "útil"),
        },
    ),
    "comparisons": Words((
        "pairs", "preferences", "comparison", "comparaciones", "answers compared", "compared answers", "preferencias",
        "judgements", "judgments",
    )),
    "beta": Words(("β", "penalty", "KL penalty", "kl", "kl weight", "penalización")),
    "steps": Words(("updates", "policy gradient steps", "pasos", "actualizaciones")),
}  # fmt: skip


DEMO = Demo(
    name="chatgpt",
    title="ChatGPT",
    slide=50,
    group="Transformers and Language Models",
    summary="From bare text to a chat template, with the tutor's own model, to a toy tuned by what people prefer.",
    params=ChatgptParams,
    steps=steps,
    look_for=(
        "The same weights continue bare text and answer in the template: the form decides.",
        "People only compare; the reward is fitted to their choices, errors included.",
        "Reward rises while the KL penalty holds the policy near the model before.",
        "Piece by piece it comes to write an answer that people hardly ever saw.",
    ),
    examples=(
        Request("Show me ChatGPT"),
        Request('show ChatGPT with the question "How do I boil an egg?"', {"question": "How do I boil an egg"}),
        Request("run the chatgpt demo with beta 0.1", {"beta": 0.1}),
        Request("preference tuning with 20 comparisons", {"comparisons": 20}),
        Request("RLHF with people who like flattery", {"people": "flattered"}),
        Request("see how a chat template changes the answer"),
        Request("run chatgpt: 300 steps, penalty 2", {"steps": 300, "beta": 2}),
        Request("demo of reward model and policy gradient with 1000 comparisons", {"comparisons": 1000}),
        Request('muestra chatgpt con la pregunta "What is a neuron?"', {"question": "What is a neuron"}),
        Request("Teach a model what people like with 400 comparisons of its answers", {"comparisons": 400}),
        Request("Make an assistant out of a model that only continues text"),
        Request(
            "What does a model become when its judges love praise? Run it with beta 0.2.",
            {"people": "flattered", "beta": 0.2},
        ),
        Request("Entrena un modelo de recompensa con 60 comparaciones", {"comparisons": 60}),
    ),
    presets={
        "help": Preset(
            "People who want help", {},
            "Which answer will win, and how sure will it become?",
            (Claim("reward", ">", "before"), Claim("best", "==", 4), Claim("favourite_shown", "<=", 3, "ever"),
             Claim("written", ">=", 0.6, "ever")),
        ),
        "praise": Preset(
            "People who like praise", {"people": "flattered"},
            "The judges shape the model: praise wins.",
            (Claim("best", "==", 3),),
        ),
        "few": Preset(
            "Five comparisons", {"comparisons": 5, "beta": 0.1},
            "Too few comparisons and a loose leash: the reward's errors are learnt.", (Claim("off", ">=", 1),),
        ),
    },
    prediction=Prediction("Which answer will the tuned toy give most often?", NAMES, _check),
    aliases=(
        "chat gpt", "chat template", "rlhf", "preference tuning", "reward model", "instructgpt",
        "reinforcement learning from human feedback", "human feedback", "instruct gpt", "learning from preferences",
        "preference learning", "human preferences", "human feedback training", "reward modelling", "reward modeling",
        "ppo", "alignment by feedback", "tuned by preferences", "chat model", "plantilla de chat",
        "modelo de recompensa", "retroalimentación humana", "preferencias humanas",
        "aprendizaje por refuerzo con retroalimentación humana",
    ),
    measures=(
        Measure("reward", "score", "mean reward of the tuned model"),
        Measure("before", "quantity", "mean reward before tuning"),
        Measure("kl", "quantity", "KL from the model before, in nats"),
        Measure("likelihood", "score", "mean log likelihood of the comparisons"),
        Measure("off", "error", "largest error of the fitted reward"),
        Measure("apart", "error", "distance from the optimum"),
        Measure("written", "quantity", "probability of the answer it writes most"),
        Measure("never_shown", "quantity", "share of what it says that nobody compared"),
        Measure("comparisons", "size"),
    ),
    wants=("model_tokens", "next_tokens"),
    words=LEXICON,
)  # fmt: skip
