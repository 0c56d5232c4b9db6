"""Tells the demo evidence_scoring: its scenes, its presets, and the words that students use for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from demos.history._texts import EXAM, LEARNT, TEXTS
from demos.history.evidence_scoring import (
    EVIDENCE,
    EvidenceScoringParams,
    Scorer,
    learnt,
    run,
    sit,
    wanted_kind,
    words,
)
from demos.lib.ranking import ranked
from demos.lib.scenes import Scene, play, row, rows
from demos.lib.wording import number
from demos.runtime.contract import (
    Bars,
    Claim,
    Curve,
    Demo,
    Frame,
    Heatmap,
    Measure,
    Prediction,
    Preset,
    Request,
    Series,
    Table,
    Text,
    Tokens,
    Words,
)
from demos.runtime.messages import clipped, listed, say

SHOWN = 6
ANSWERS = (say("yes, it is sure enough"), say("no, it stays silent"))


def steps(params: EvidenceScoringParams) -> Iterator[Frame]:
    """The question, each kind of evidence, the candidates one by one, and whether it presses the button."""
    story = Story(params)
    scenes = [story.opening(), story.kind(), *map(story.evidence, range(4))]
    scenes += [*map(story.candidate, range(SHOWN)), story.alone(), story.learning(), story.button(), story.ending()]
    yield from play(scenes)


class Story:
    def __init__(self, params: EvidenceScoringParams) -> None:
        self.params = params
        self.e, self.scorer, self.confidence = run(params)
        self.bias, self.weights = self.scorer.bias, self.scorer.weights
        self.sums = self.bias + self.e @ self.weights
        self.order = ranked(self.confidence)

    def opening(self) -> Scene:
        asked = words(self.params.question)
        caption = say(
            "'{question}' {asked} words of it count: {listing}. {texts} texts are searched, and the answer of each "
            "is a candidate. No text is understood: evidence is counted.",
            question=self.params.question,
            asked=len(asked),
            listing=listed(", ", asked) or say("none"),
            texts=len(TEXTS),
        )
        return Scene(
            clipped(caption, 330),
            (Tokens(title=say("The question"), tokens=tuple(asked) or ("-",)), self._text(0)),
            {"candidates": len(TEXTS)},
        )

    def kind(self) -> Scene:
        kind = wanted_kind(self.params.question)
        fitting = int(self.e[:, 2].sum())
        caption = say(
            "What kind of answer is asked for? By its question word: {kind}. {fitting} of {texts} candidates are "
            "of that kind. It is weak evidence, but independent of the others.",
            kind=kind if kind != "any" else say("a thing, no person and no year"),
            fitting=fitting,
            texts=len(TEXTS),
        )
        body = tuple(
            (text.answer, text.kind, say("yes") if fits else "") for text, fits in zip(TEXTS, self.e[:, 2], strict=True)
        )
        return Scene(
            caption,
            (Table(title=say("Candidates"), columns=(say("candidate"), say("kind"), say("fits")), rows=body),),
            {"fitting": fitting},
        )

    def evidence(self, k: int) -> Scene:
        values = self.e[:, k]
        order = ranked(values)[:8]
        best = TEXTS[int(order[0])]
        some = int((values > 0).sum())
        caption = say(
            "Evidence '{evidence}': {some} of {texts} candidates have some; most has {answer} ({values}). ",
            evidence=EVIDENCE[k],
            some=some,
            texts=len(TEXTS),
            answer=best.answer,
            values=number(float(values[order[0]]), 2),
        )
        caption += (
            say("Rare words that question and text share count most."),
            say("Texts whose words point the same way as the question's."),
            say("The kind of the candidate fits the question word."),
            say("The candidate is not already named in the question."),
        )[k]
        bars = Bars(
            title=EVIDENCE[k],
            labels=tuple(TEXTS[int(i)].answer for i in order),
            values=row(values[order]),
            value_range=(0, 1),
        )
        return Scene(
            caption, (bars, self._text(int(order[0]))), {"top": values[order[0]]}, say("the evidence") if k == 0 else ""
        )

    def candidate(self, place: int) -> Scene:
        i = int(self.order[place])
        terms = " + ".join(
            f"{number(w, 1)}·{number(e, 2)}" for w, e in zip(self.weights.tolist(), self.e[i].tolist(), strict=True)
        )
        caption = say(
            "Place {place}: {answer}. The sum is {bias} + {terms} = {sums}, and σ makes it a confidence of "
            "{confidence}. {several_hints}",
            place=place + 1,
            answer=TEXTS[i].answer,
            bias=number(self.bias, 2),
            terms=terms,
            sums=number(float(self.sums[i]), 2),
            confidence=number(float(self.confidence[i]), 2),
            several_hints=say("Several hints agree.")
            if (self.e[i] > 0.4).sum() >= 3
            else say("Only some hints speak for it."),
        )
        return Scene(
            caption,
            (self._ranking(place), self._matrix()),
            {"confidence": self.confidence[i]},
            say("the best candidate") if place == 0 else "",
        )

    def alone(self) -> Scene:
        """Each kind of evidence by itself, and their sum, over the exam."""
        held = sum(bool(right) for _, right in EXAM)
        ones = [Scorer(0.0, np.eye(4)[k]) for k in range(4)]
        scores = [sum(right for _, right in sit(scorer)) for scorer in (*ones, self.scorer, learnt())]
        caption = say(
            "Does adding up help? Over {held} other questions that the texts can answer, the best candidate by BM25 "
            "is right {bm25} times, by cosine {cosine}, by type {type}, by title {title}. By the sum with the "
            "weights of this run it is right {together} times.",
            held=held,
            bm25=scores[0],
            cosine=scores[1],
            type=scores[2],
            title=scores[3],
            together=scores[4],
        )
        labels = (*EVIDENCE, say("sum, these weights"), say("sum, learnt weights"))
        bars = Bars(title=say("Questions right"), labels=labels, values=row(scores), value_range=(0, held))
        metrics = {"best_alone": max(scores[:4]), "together": scores[4], "together_learnt": scores[5]}
        return Scene(caption, (bars,), metrics, say("alone and together"))

    def learning(self) -> Scene:
        """The weights that old questions teach."""
        found = learnt()
        mine, theirs = (
            sum(right for sure, right in sit(each) if sure >= self.params.threshold) for each in (self.scorer, found)
        )
        caption = say(
            "Watson's weights were learnt. Logistic regression on {rows} candidates of {old} old questions, right or "
            "wrong, finds the weights on the right: where evidence told right from wrong, its weight grew. At the "
            "threshold of {threshold} it answers {theirs} exam questions rightly, these weights {mine}.",
            rows=len(LEARNT) * len(TEXTS),
            old=len(LEARNT),
            threshold=number(self.params.threshold, 2),
            theirs=theirs,
            mine=mine,
        )
        body = tuple(
            (name, number(float(a), 2), number(float(b), 2))
            for name, a, b in zip(
                (*EVIDENCE, say("bias")), (*self.weights, self.bias), (*found.weights, found.bias), strict=True
            )
        )
        table = Table(title=say("Weights"), columns=(say("evidence"), say("these"), say("learnt")), rows=body)
        asked = ranked(found.confidence(self.e))[:SHOWN]
        bars = Bars(
            title=say("This question with the learnt weights"),
            labels=tuple(TEXTS[int(i)].answer for i in asked),
            values=row(found.confidence(self.e)[asked]),
            value_range=(0, 1),
        )
        return Scene(caption, (table, bars), {"right_learnt": theirs, "right_these": mine}, say("weights are learnt"))

    def button(self) -> Scene:
        """How many questions it answers, and how many of these rightly, as the threshold moves."""
        marks = sit(learnt())
        answered = [right for sure, right in marks if sure >= self.params.threshold]
        good = sum(answered) / len(answered) if answered else 1.0
        everything = sum(right for _, right in marks) / len(marks)
        caption = say(
            "Why press the button only when sure? The threshold moves from 0 to 1. Answering all {exam} exam questions "
            "would be right in {everything:.0%}; at {threshold} it answers {answered} of them, {good:.0%} rightly. "
            "{silent} cannot be answered by any text: silence is right there.",
            exam=len(EXAM),
            everything=everything,
            threshold=number(self.params.threshold, 2),
            answered=len(answered),
            good=good,
            silent=sum(not right for _, right in EXAM),
        )
        x = [i / 20 for i in range(21)]
        kept = [[right for sure, right in marks if sure >= limit] for limit in x]
        share = Series(name=say("share answered"), x=row(x), y=row(len(each) / len(marks) for each in kept))
        right = [(limit, sum(each) / len(each)) for limit, each in zip(x, kept, strict=True) if each]
        rightly = Series(name=say("of these right"), x=row(a for a, _ in right), y=row(b for _, b in right))
        here = Series(name=say("this threshold"), x=(self.params.threshold, self.params.threshold), y=(0.0, 1.0))
        curve = Curve(
            title=say("Exam with the learnt weights"), series=(share, rightly, here), x_label=say("threshold"),
            x_range=(0, 1), y_range=(0, 1),
        )  # fmt: skip
        return Scene(
            caption, (curve,), {"answered": len(answered), "precision": good, "all": everything}, say("the button")
        )

    def ending(self) -> Scene:
        i, second = int(self.order[0]), int(self.order[1])
        sure = float(self.confidence[i])
        presses = sure >= self.params.threshold
        caption = say(
            "Best: {answer} with {sure}, before {answer2} with {confidence}. ",
            answer=TEXTS[i].answer,
            sure=number(sure, 2),
            answer2=TEXTS[second].answer,
            confidence=number(float(self.confidence[second]), 2),
        )
        if presses:
            caption += say(
                "That passes the threshold of {threshold}: it presses the button and answers {answer}.",
                threshold=number(self.params.threshold, 2),
                answer=TEXTS[i].answer,
            )
        else:
            caption += say(
                "That is below the threshold of {threshold}, so it stays silent rather than guess.",
                threshold=number(self.params.threshold, 2),
            )
        caption += say(" A higher threshold never means more answers, nor more mistakes.")
        return Scene(
            caption, (self._ranking(0), self._text(i)), {"confidence": sure, "answers": presses}, say("the verdict")
        )

    def _ranking(self, marked: int) -> Table:
        body = tuple(
            (TEXTS[int(i)].answer, number(float(self.sums[i]), 2), number(float(self.confidence[i]), 2))
            for i in self.order[:SHOWN]
        )
        return Table(
            title=say("Candidates by confidence"),
            columns=(say("candidate"), say("sum"), say("confidence")),
            rows=body,
            highlight=(marked,),
        )

    def _matrix(self) -> Heatmap:
        top = self.order[:SHOWN]
        return Heatmap(
            title=say("Evidence"),
            values=rows(self.e[top], 2),
            rows=tuple(TEXTS[int(i)].answer for i in top),
            columns=EVIDENCE,
            value_range=(0, 1),
        )

    def _text(self, i: int) -> Text:
        return Text(
            title=say("Text {i} of {texts}", i=i + 1, texts=len(TEXTS)),
            text=say("{text}\n\nIts answer: {answer}", text=TEXTS[i].text, answer=TEXTS[i].answer),
        )


def _check(frames: Sequence[Frame]) -> str:
    return ANSWERS[0] if frames[-1].metrics["answers"] else ANSWERS[1]


LEXICON = {
    "question": Words(("clue", "query", "ask", "pregunta", "pista")),
    "threshold": Words((
        "confidence", "buzzer", "confidence threshold", "sure", "certainty", "umbral", "umbral de confianza",
        "confianza", "certeza",
    )),
    "bm25": Words(("weight of bm25", "bm25 weight", "weight of words", "peso de bm25", "word evidence")),
    "cosine": Words((
        "weight of cosine", "cosine weight", "cosine similarity", "coseno", "peso del coseno", "meaning evidence",
    )),
    "type": Words((
        "answer type", "weight of type", "type weight", "kind of answer", "tipo", "peso del tipo", "tipo de respuesta",
    )),
}  # fmt: skip


DEMO = Demo(
    name="evidence_scoring",
    title="Evidence scoring: the idea behind Watson",
    slide=6,
    group="Artificial Intelligence (AI) and Machine Learning",
    summary="How Watson answered: many candidates, many kinds of weak evidence, and a button pressed only when sure.",
    params=EvidenceScoringParams,
    steps=steps,
    look_for=(
        "Nothing is understood: words are counted, kinds compared.",
        "No single kind of evidence decides; the sum does, and is right far more often than any of them.",
        "Weights are learnt from old questions whose answers are known.",
        "Below the threshold it stays silent, for a wrong answer costs more than none.",
    ),
    examples=(
        Request("Show me evidence scoring"),
        Request('Ask Watson "Who named the field?"', {"question": "Who named the field"}),
        Request("evidence scoring with a threshold of 0.9", {"threshold": 0.9}),
        Request('run Watson on "When was the Dartmouth meeting?"', {"question": "When was the Dartmouth meeting"}),
        Request("evidence scoring without caring for kinds: answer type 0", {"type": 0}),
        Request(
            'IBM Watson: score the candidates for "Which network keeps a memory with gates?"',
            {"question": "Which network keeps a memory with gates"},
        ),
        Request("How did Watson win Jeopardy? Simulate it."),
        Request("puntuación de evidencia con threshold 0.2", {"threshold": 0.2}),
        Request("Let the quiz champion of 2011 press its button only when it is 80% sure", {"threshold": 0.8}),
        Request("Weigh many kinds of weak evidence for each candidate answer"),
        Request("Rank the candidate answers and ignore the cosine: cosine 0", {"cosine": 0}),
        Request("Simula el concurso de preguntas con un umbral de confianza de 0.6", {"threshold": 0.6}),
    ),
    presets={
        "who": Preset(
            "Who made it?", {},
            "Several texts speak of perceptrons; the kind of answer decides among them.",
            (Claim("answers", "==", 1), Claim("confidence", ">=", 0.5), Claim("together", ">=", 18, "ever"),
             Claim("best_alone", "<=", 13, "ever")),
        ),
        "when": Preset(
            "When was it?",
            {"question": "When did Deep Blue beat Kasparov?"},
            "The same texts, but now a year is wanted.", (Claim("answers", "==", 1), Claim("confidence", ">=", 0.5),),
        ),
        "silent": Preset(
            "A question off the course",
            {"question": "Who painted the ceiling?"},
            "No evidence agrees, so it stays silent.", (Claim("answers", "==", 0), Claim("confidence", "<", 0.1),),
        ),
        "bold": Preset(
            "A low threshold", {"question": "Who painted the ceiling?", "threshold": 0.05},
            "Set the threshold to 0.05: it answers, with a confidence that says how little it knows.",
            (Claim("answers", "==", 1), Claim("confidence", "<", 0.1)),
        ),
    },
    prediction=Prediction("Will it press the button and answer?", ANSWERS, _check),
    aliases=(
        "watson", "ibm watson", "jeopardy", "question answering", "deepqa", "evidence scorer", "weighing evidence",
        "score the evidence", "watson's evidence", "deep qa", "quiz show machine", "quiz machine", "quiz computer",
        "puntuación de evidencia", "evidencia de watson",
    ),
    measures=(
        Measure("confidence", "score", "confidence of the candidate shown"),
        Measure("answers", "quantity", "1 when it answers"),
        Measure("together", "score", "exam questions right by the sum with these weights"),
        Measure("best_alone", "score", "exam questions right by the best single kind of evidence"),
        Measure("together_learnt", "score", "exam questions right by the sum with learnt weights"),
        Measure("precision", "accuracy", "share of the answers given that are right, with learnt weights"),
        Measure("candidates", "size", "texts in all"),
        Measure("fitting", "size", "texts whose answer is of the kind asked for"),
    ),
    words=LEXICON,
)  # fmt: skip
