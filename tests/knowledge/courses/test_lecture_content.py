"""The recorded lecture holds every slide, fact, figure, link and table value of the slides themselves."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parents[3] / "knowledge" / "course" / "lecture"
SLIDES = 67
COLUMNS = [
    "Loan Purpose",
    "Checking",
    "Savings",
    "Months Customer",
    "Months Employed",
    "Gender",
    "Marital Status",
    "Age",
    "Housing",
    "Years",
    "Job",
    "Credit Risk",
]

SECTIONS = {
    1: ("Opening", ""),
    4: ("Artificial Intelligence (AI) and Machine Learning", ""),
    12: ("Artificial Intelligence (AI) and Machine Learning", "Data for AI Models"),
    15: ("Deep Learning Concepts and Short History", ""),
    17: ("Deep Learning Concepts and Short History", "Dense Layers"),
    21: ("Deep Learning Concepts and Short History", "Convolutional Layers"),
    26: ("Deep Learning Concepts and Short History", "Recurrent Layers"),
    31: ("Deep Learning Concepts and Short History", "Language Models"),
    36: ("Deep Learning Concepts and Short History", "Self-Attention Layers"),
    37: ("Deep Learning Concepts and Short History", "Deep Learning Zoo"),
    39: ("Current AI: Transformers Everywhere", "Transformers"),
    44: ("Current AI: Transformers Everywhere", "Transformers and Language Models"),
    52: ("Current AI: Transformers Everywhere", "Transformers and Image Models"),
    53: ("Current AI: Transformers Everywhere", "Transformers and Image Generation"),
    60: ("Current AI: Transformers Everywhere", "Generative AI"),
    61: ("Edge AI and Generative AI", ""),
}
"""The first slide of each file with the section and part it opens."""

SEQ2SEQ = (
    "https://jalammar.github.io/visualizing-neural-machine-translation-mechanics-of-seq2seq-models-with-attention/"
)
MATHWORKS = "https://la.mathworks.com/help/deeplearning/examples/"
LINKS = {
    2: ["https://www.linkedin.com/in/jesus-alfonso-lopez-sotelo-76100718/", "https://www.uao.edu.co/"],
    8: ["https://www.bondhighplus.com/2024/01/25/what-happens-in-an-internet-minute/"],
    12: [
        "https://media.cheggcdn.com/media/d52/d52c60c8-60d4-4e55-882f-3ed24306f8cb/phpR8NHxM",
        "https://rpubs.com/sid9715/580607",
    ],
    13: ["https://www.youtube.com/watch?v=KS_4xjXNTxg&", "https://viso.ai/applications/computer-vision-applications/"],
    14: [
        "https://www.grupoftp.com/noticias/el-futuro-de-los-chatbots/",
        "https://analyticsindiamag.com/google-translate-machine-learning/",
    ],
    16: [
        "https://medium.com/espanol/avances-en-redes-neuronales-705c2efe53d2",
        "https://medicine.wustl.edu/news/slow-steady-waves-keep-brain-humming/",
    ],
    18: [
        "https://en.wikipedia.org/wiki/Perceptron",
        "https://blogs.umass.edu/comphon/2017/06/15/did-frank-rosenblatt-invent-de-learning-in-1962/",
    ],
    22: ["https://es.wikipedia.org/wiki/Yann_LeCun", "https://www.youtube.com/watch?v=FwFduRA_L6Q"],
    26: [
        "https://www.swarthmore.edu/bulletin/archive/wp/october-2009_john-hopfield-54.html",
        "https://en.wikipedia.org/wiki/Hopfield_network",
    ],
    27: ["https://www.nobelprize.org/prizes/physics/2024/summary/"],
    29: [
        MATHWORKS + "time-series-forecasting-using-deep-learning.html",
        MATHWORKS + "sequence-to-sequence-classification-using-deep-learning.html",
    ],
    31: ["https://projector.tensorflow.org/"],
    33: [SEQ2SEQ],
    34: [SEQ2SEQ],
    35: [SEQ2SEQ, "https://lilianweng.github.io/lil-log/2018/06/24/attention-attention.html"],
    36: ["https://arxiv.org/pdf/1706.03762.pdf"],
    40: ["https://arxiv.org/pdf/1706.03762.pdf"],
    42: ["https://bbycroft.net/llm"],
    43: ["https://poloclub.github.io/transformer-explainer/", "https://www.youtube.com/watch?v=wjZofJX0v4M"],
    45: ["https://magazine.sebastianraschka.com/p/understanding-large-language-models"],
    46: [
        "https://www.researchgate.net/figure/A-chronological-overview-of-large-language-models-LLMs-multimodal"
        "-and-scientific_fig2_373451304"
    ],
    47: ["https://arxiv.org/pdf/1810.04805.pdf"],
    48: ["https://openai.com/language-understanding-paper.pdf", "https://openai.com/blog/language-unsupervised/"],
    49: ["https://gemini.google.com/app"],
    50: ["https://openai.com/blog/chatgpt/"],
    51: ["https://arxiv.org/pdf/2302.13971v1.pdf"],
    53: ["https://openai.com/blog/clip/", "https://arxiv.org/pdf/2010.11929.pdf"],
    54: ["https://openai.com/dall-e-2/", "https://arxiv.org/pdf/2204.06125.pdf"],
    55: ["https://newsletter.theaiedge.io/p/everything-you-needed-to-know-about"],
    56: ["https://arxiv.org/pdf/2205.11487.pdf"],
    58: [
        "https://github.com/CompVis/latent-diffusion",
        "https://jalammar.github.io/illustrated-stable-diffusion/",
        "https://arxiv.org/pdf/2112.10752.pdf",
    ],
    59: ["https://newsletter.theaiedge.io/p/everything-you-needed-to-know-about"],
    62: ["https://www.gartner.com/en/articles/understand-and-exploit-gen-ai-with-gartner-s-new-impact-radar"],
    63: [
        "https://int8.io/local-large-language-models-beginners-guide/",
        "https://www.linkedin.com/pulse/quantization-what-you-should-understand-want-run-llms-pavan-mantha",
    ],
    66: ["https://www.hackster.io/mjrobot/edgeai-made-ease-small-language-models-slms-060337"],
}

FACTS: list[tuple[int, str]] = [
    (1, "Artificial Intelligence: An Introduction"),
    (1, "jalopez@ua.edu.co"),
    (1, "www.ua.edu.co"),
    (1, "Universidad Autónoma de Occidente"),
    (2, "born in Cali, Colombia"),
    (2, "Electrical Engineer, Master in Automation and Doctor in Engineering"),
    (2, "more than 25 years"),
    (2, "fuzzy systems, evolutionary computing"),
    (2, "MinCiencias"),
    (2, "IEEE"),
    (2, "Computational Intelligence Society"),
    (2, "Energy Research Group, GIEN"),
    (3, "Isaac Newton"),
    (3, "shoulders of giants"),
    (5, "1956"),
    (5, "John McCarthy"),
    (5, "learning, perception, reasoning, problem solving and natural language understanding"),
    (6, "1950s and 1960s"),
    (6, "AI winter I, was in the 1970s"),
    (6, "knowledge representation"),
    (6, "Expert systems"),
    (6, "AI winter II, was in the 1990s"),
    (6, "In 1997, Deep Blue beat Gary Kasparov"),
    (6, "In 2006, the University of Toronto"),
    (6, "In 2011, IBM's Watson won Jeopardy"),
    (6, "In 2016, Go software"),
    (7, "Larraín, Torres-Hernandez and Hewitt, 2024"),
    (8, "without being explicitly programmed"),
    (8, "subset of artificial intelligence"),
    (9, "dogs and cats recognizer"),
    (10, "classifying a cat as a dog"),
    (10, "AI will destroy the world"),
    (13, "Images are the second kind of data"),
    (14, "spoken and written"),
    (16, "Alpha Editorial in 2021"),
    (17, "McCulloch and Pitts made the artificial neuron in 1943"),
    (18, "The perceptron was created by Frank Rosenblatt"),
    (18, "1957"),
    (19, "David Rumelhart"),
    (19, "Geoffrey Hinton"),
    (19, r"w_i(t + 1) = w_i(t) + \Delta w_i(t)"),
    (19, r"w_i(t + 1) = w_i(t) + \alpha(d_i - y_i) \text{Fact}'(\text{neta})x_i"),
    (19, "how to calculate the error in Multi Layer Perceptrons"),
    (21, "Kunihiko Fukushima"),
    (21, "1979"),
    (22, "LeNet-5 by Yann LeCun is dated 1989 in the lecture"),
    (22, "LeNet-1"),
    (25, "classification, classification and localization, detection, and segmentation"),
    (26, "John Joseph Hopfield made the Hopfield network in 1982"),
    (27, "for foundational discoveries and inventions that enable machine learning with artificial neural networks"),
    (28, "1997"),
    (28, "Jürgen Schmidhuber"),
    (29, "time series forecasting"),
    (30, "Natural Language Processing"),
    (32, "last state of the encoder is used as input to the decoder"),
    (34, "all hidden states of the encoder are used"),
    (36, r"\text{softmax}\left(\frac{\mathbf{Q}\mathbf{K}^T}{\sqrt{d_{keys}}}\right)\mathbf{V}"),
    (36, "Aidan N. Gomez was at the University of Toronto"),
    (37, "Fjodor van Veen and Stefan Leijnen"),
    (37, "2019"),
    (37, "asimovinstitute.org"),
    (40, "28.4 BLEU"),
    (40, "41.8 BLEU"),
    (40, "over 2 BLEU"),
    (40, "3.5 days on eight GPUs"),
    (40, "WMT 2014 English-to-French"),
    (40, "constituency parsing"),
    (42, "85,584 parameters"),
    (42, "CRABRC"),
    (42, "Embedding, Layer Norm, Self Attention, Projection, MLP, Transformer, Softmax and Output"),
    (42, "GPT-2 (small), nano-gpt, GPT-2 (XL) and GPT-3"),
    (47, "Bidirectional Encoder Representations from Transformers"),
    (47, "Jacob Devlin, Ming-Wei Chang, Kenton Lee and Kristina Toutanova"),
    (47, "one additional output layer"),
    (47, "ELMo"),
    (48, "12 layers, 768 hidden units, 12 attention heads and 117M parameters"),
    (48, "512"),
    (48, "9 out of 12 tasks"),
    (48, "8.9%"),
    (48, "5.7%"),
    (48, "1.5%"),
    (50, "InstructGPT"),
    (50, "follow-up questions, admit mistakes, challenge incorrect premises and reject inappropriate requests"),
    (51, "7B to 65B"),
    (51, "LLaMA-13B outperforms GPT-3, which has 175B parameters, on most benchmarks"),
    (51, "Chinchilla-70B and PaLM-540B"),
    (51, "10B model on 200B tokens"),
    (51, "7B model keeps improving even after 1T tokens"),
    (51, "Meta AI"),
    (52, "Alexey Dosovitskiy"),
    (52, "ImageNet, CIFAR-100 and VTAB"),
    (53, "400 million (image, text) pairs"),
    (53, "zero-shot"),
    (54, "a prior and a decoder"),
    (54, "Aditya Ramesh, Prafulla Dhariwal, Alex Nichol, Casey Chu and Mark Chen"),
    (56, "FID score of 7.27 on the COCO dataset"),
    (56, "VQ-GAN+CLIP, Latent Diffusion Models, GLIDE and DALL-E 2"),
    (56, "DrawBench"),
    (58, "Robin Rombach, Andreas Blattmann, Dominik Lorenz, Patrick Esser and Björn Ommer"),
    (58, "latent space"),
    (58, "Runway ML"),
    (60, "new and original content like text, images, video, audio or other data"),
    (61, '"Tiny" and "large" meet together'),
    (62, "Impact Radar"),
    (63, "quantization, pruning and knowledge distillation"),
    (65, "Snapdragon Summit 2023"),
    (65, "chocolate chip"),
    (65, "YTO to SAN"),
    (65, "December 10, 2023"),
    (65, "December 20, 2023"),
    (66, "small language model"),
    (67, "jalopez@uao.edu.co"),
    (67, "www.uao.edu.co"),
]

ZOO = {
    "P": "Perceptron",
    "FF": "Feed Forward",
    "RBF": "Radial Basis Network",
    "RNN": "Recurrent Neural Network",
    "LSTM": "Long / Short Term Memory",
    "GRU": "Gated Recurrent Unit",
    "AE": "Auto Encoder",
    "VAE": "Variational AE",
    "DAE": "Denoising AE",
    "SAE": "Sparse AE",
    "DCN": "Deep Convolutional Network",
    "DN": "Deconvolutional Network",
    "DCIGN": "Deep Convolutional Inverse Graphics Network",
    "GAN": "Generative Adversarial Network",
    "LSM": "Liquid State Machine",
    "ELM": "Extreme Learning Machine",
    "ESN": "Echo State Network",
    "DRN": "Deep Residual Network",
    "DNC": "Differentiable Neural Computer",
    "NTM": "Neural Turing Machine",
    "CN": "Capsule Network",
    "KN": "Kohonen Network",
    "AN": "Attention Network",
}
CELLS = [
    "Input Cell",
    "Backfed Input Cell",
    "Noisy Input Cell",
    "Hidden Cell",
    "Probabilistic Hidden Cell",
    "Spiking Hidden Cell",
    "Capsule Cell",
    "Output Cell",
    "Match Input Output Cell",
    "Recurrent Cell",
    "Memory Cell",
    "Gated Memory Cell",
    "Kernel",
    "Convolution or Pool",
]


@lru_cache(maxsize=1)
def slides() -> dict[int, str]:
    """Each slide's text by number; asserts that a number occurs once and that numbers rise."""
    found: dict[int, str] = {}
    for path in sorted(FOLDER.glob("*.md")):
        body = path.read_text(encoding="utf-8").split("\n---\n", 1)[1]
        for piece in re.split(r"^## Slide ", body, flags=re.MULTILINE)[1:]:
            number, _, text = piece.partition(":")
            assert not found or int(number) == max(found) + 1, f"slide {number} is out of order in {path.name}"
            found[int(number)] = text.replace("\\$", "$")
    return found


def table() -> list[list[str]]:
    """The rows of the credit table, heading first."""
    rows = [line for line in slides()[12].splitlines() if line.startswith("|") and "---" not in line]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def column(name: str) -> list[str]:
    place = COLUMNS.index(name)
    return [row[place] for row in table()[1:]]


def amounts(name: str) -> list[int]:
    return [int(cell.replace("$", "").replace(",", "")) for cell in column(name)]


def test_every_slide_is_there_once_and_in_order() -> None:
    assert list(slides()) == list(range(1, SLIDES + 1))


def test_every_file_opens_the_section_and_part_it_should() -> None:
    found = {}
    for path in sorted(FOLDER.glob("*.md")):
        head, body = path.read_text(encoding="utf-8").split("\n---\n", 1)
        section = re.search(r"^section: (.+)$", head, re.MULTILINE)
        part = re.search(r"^part:[ ]?(.*)$", head, re.MULTILINE)
        first = re.search(r"^## Slide (\d+):", body, re.MULTILINE)
        assert section and part and first, path.name
        found[int(first[1])] = (section[1].strip('"'), part[1])
    assert found == SECTIONS


def test_links_are_those_of_the_slides() -> None:
    found = {number: re.findall(r"^- (https?://\S+)$", text, re.MULTILINE) for number, text in slides().items()}
    assert {number: links for number, links in found.items() if links} == LINKS


def test_every_fact_is_recorded() -> None:
    assert [(number, fact) for number, fact in FACTS if fact not in slides()[number]] == []


def test_credit_table_has_all_rows_and_columns() -> None:
    heading, *rows = table()
    assert heading == COLUMNS
    assert [len(row) for row in rows] == [12] * 24


def test_credit_table_numbers_add_up() -> None:
    totals = {name: sum(amounts(name)) for name in ("Checking", "Savings", "Months Customer", "Months Employed")}
    assert totals == {"Checking": 14576, "Savings": 50428, "Months Customer": 555, "Months Employed": 582}
    assert sum(amounts("Age")) == 747
    assert sum(amounts("Years")) == 58


def test_credit_table_rows_keep_their_place() -> None:
    rows = table()[1:]
    assert "|".join(rows[0]) == "Small Appliance|$0|$739|13|12|M|Single|23|Own|3|Unskilled|Low"
    assert "|".join(rows[8]) == "Small Appliance|$6,509|$493|37|9|M|Single|25|Own|2|Skilled|High"
    assert "|".join(rows[20]) == "Furniture|$0|$17,545|34|16|F|Divorced|22|Own|4|Skilled|High"
    assert "|".join(rows[23]) == "Furniture|$0|$485|37|23|F|Divorced|27|Own|2|Management|High"


def test_credit_summary_agrees_with_the_table() -> None:
    text, risk, gender = slides()[12], column("Credit Risk"), column("Gender")
    pairs = list(zip(gender, risk, strict=True))
    assert f"{risk.count('High')} customers have High credit risk and {risk.count('Low')} customers have Low" in text
    assert f"{gender.count('M')} customers are men (M) and {gender.count('F')} customers are women (F)" in text
    assert pairs.count(("F", "High")) == gender.count("F")
    assert f"{pairs.count(('M', 'Low'))} have Low and {pairs.count(('M', 'High'))} have High" in text
    for name in ("Furniture", "Small Appliance", "Business", "Education", "Used Car", "Repairs", "New Car"):
        assert f"{name} ({column('Loan Purpose').count(name)}" in text
    for job in ("Skilled", "Unskilled", "Management"):
        assert f"{job} ({column('Job').count(job)})" in text
    assert f"Single for {column('Marital Status').count('Single')} customers" in text
    assert f"{column('Housing').count('Own')} customers own" in text
    assert f"from {min(amounts('Age'))} to {max(amounts('Age'))} years" in text
    assert f"${max(amounts('Savings')):,}" in text
    assert f"${max(amounts('Checking')):,}" in text
    assert f"from {min(amounts('Months Customer'))} to {max(amounts('Months Customer'))}" in text
    assert f"from {min(amounts('Months Employed'))} to {max(amounts('Months Employed'))}" in text


def test_zoo_names_every_network_with_its_abbreviation() -> None:
    text = slides()[37]
    assert dict(re.findall(r"^- (\w+) is the abbreviation of (.+?) in the", text, re.MULTILINE)) == ZOO
    assert f"names {len(ZOO)} networks" in text


def test_zoo_names_every_kind_of_cell() -> None:
    text = slides()[37]
    assert [cell for cell in CELLS if cell not in text] == []
    assert f"names {len(CELLS)} kinds of cells" in text
