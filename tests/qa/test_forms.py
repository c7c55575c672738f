"""Questions to texts that are more than paragraphs: the first quote, and who says it."""

from collections.abc import Callable, Mapping

import pytest

from articles_qa.index import build
from articles_qa.qa import AskSettings, Retriever, Scope
from articles_qa.qa.answers.same_reports import count_reports
from articles_qa.qa.proof.saved_answer import read_answer
from articles_qa.ui.page.turn import turn_html
from articles_qa.ui.text import wording
from articles_qa.ui.text.terminal import Style, render_answer, render_info

FILES = {
    "hearing.txt": (
        "Council hearing on the bridge\n\nCHAIR: Good morning. Ms Orr, when did the cracks appear?\n\n"
        "MS ORR: In the autumn of 2016. We wrote to the county twice.\n\nCHAIR: What did the county answer?\n\n"
        "MS ORR: Nothing. The third letter came back unopened.\n"
    ),
    "pilot.md": (
        "# Ten minutes with the harbour pilot\n\nWe spoke to Eve Lund about the winter and the herring.\n\n"
        "**How many herring boats were stuck?**\n\nEleven, and two of them were full.\n\n"
        "**When did the ice come?**\n\nIn the second week of December.\n\n**Will it come again?**\n\nEvery third year.\n"
    ),
    "live.txt": (
        "Quarry fire: live\n\n19:40\nFire brigade: all nine quarry workers were found. Two of them have burns.\n\n"
        "18:05\nThe quarry road is closed.\n\n16.20 GMT\nThe quarry caught fire.\n"
    ),
    "votes.txt": "Harbour board election\n\nName\tBoat\tVotes\nTove Aas\tGull\t311\nIda Moe\tTern\t208\n",
    "farms.txt": "Animals\n\nFarm\tSheep in winter\tGoats in summer\tHens and geese\nUpper\t7\t7\t8\nLower\t7\t7\t9\n",
    "post.txt": (
        "The head of the library was asked on Monday why it is shut.\n\n"
        "Dell Library (@delllibrary) May 6, 2024\nThe roof leaks and 700 books are wet\n\nThe town will pay.\n"
    ),
    "broken.txt": "Bakery in MÃ¡laga\n\nâ€œThe oven is from 1962,â€\x9d said JosÃ© PeÃ±a, the baker.\n",
    "leak.txt": (
        "Gas leak in Ulm\n\nA gas leak sent 140 pupils to hospital, the school board said.\n\n"
        "Headteacher Franz Dorn said classes would resume on Monday.\n\n"
        "This article was amended on 2 May 2024. An earlier version misspelled the name of Franz Dorn.\n"
    ),
    "guide.txt": "Snow slide\n\n“We closed the upper hut,” said guide Uta Brandt.\n",
}


WIRE = (
    "A barge loaded with gravel broke loose above the Tessel weir before dawn and drifted four kilometres downstream.",
    "It struck the old railway bridge at Ommen, and engineers closed the crossing for at least nine days.",
    "Nobody was on board, the harbour master Lotte Brandsma told the agency, and no fuel had leaked from the tanks.",
    "Twelve trains a day are led over the northern line until the pillars have been examined by divers.",
)
FILES |= {
    "gazette.txt": "Barge hits bridge\n\n" + "\n\n".join(WIRE),
    "herald.txt": "Trains led round after barge accident\n\n" + "\n\n".join(WIRE[:3]),
    "post.md": "Runaway barge closes line\n\n" + "\n\n".join(WIRE).replace("gravel", "sand").replace("engineers", "officials"),
    "other.txt": "Bridge at Ommen was old\n\nThe railway bridge at Ommen that a barge struck was built in 1911. "
    + " ".join(f"Plate {number} of its northern arch was replaced by the line's own smiths." for number in range(9)),
}


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Retriever:
    """A retriever of all the files."""
    folder = tmp_path_factory.mktemp("forms")
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    build([folder], folder / "index")
    return Retriever.open(folder / "index")


@pytest.mark.parametrize(
    ("question", "words", "speaker"),
    [
        ("When did the cracks appear?", "In the autumn of 2016", "MS ORR"),
        ("What did the county answer?", "Nothing.", "MS ORR"),
        ("How many herring boats were stuck?", "Eleven", "Eve Lund"),
        ("How many quarry workers have burns?", "Two of them", "Fire brigade"),
        ("When did the quarry catch fire?", "16.20 GMT\nThe quarry", None),
        ("How many votes did Ida Moe get?", "Ida Moe\tTern\t208", None),
        ("What did Dell Library say?", "700 books", "Dell Library"),
        ("When was the oven of José Peña made?", "1962", "JosÃ© PeÃ±a"),
        ("What was amended?", "An earlier version misspelled", None),
        ("What did Uta Brandt say?", "the upper hut", "Uta Brandt"),
    ],
)
def test_the_first_quote_answers_and_names_its_speaker(
    forms: Retriever, question: str, words: str, speaker: str | None
) -> None:
    quote = forms.ask(question).quotes[0]
    assert words in quote.text
    assert quote.said_by == speaker
    assert FILES[quote.source][quote.start : quote.end] == quote.text


def test_a_correction_note_is_shown_with_the_quotes_that_it_touches_and_is_not_the_answer(forms: Retriever) -> None:
    note = "This article was amended on 2 May 2024. An earlier version misspelled the name of Franz Dorn."
    touched = forms.ask("What did Franz Dorn say?").quotes[0]
    assert "classes would resume" in touched.text
    assert [span.cut(touched.article.text) for span in touched.corrections] == [note]
    other = forms.ask("How many pupils were taken to hospital?").quotes[0]
    assert "140 pupils" in other.text and other.corrections == ()
    assert forms.ask("What was amended?").quotes[0].text == note  # All of it: half a note may say what it denies.


def test_rows_of_one_table_are_no_copies_of_each_other(forms: Retriever) -> None:
    generous = Retriever(forms._index, AskSettings(min_answer=0, min_quote=0, min_quote_share=0))
    found = generous.ask("How many sheep, goats and hens live on each farm?", top_k=20).quotes
    rows = [quote for quote in found if quote.source == "farms.txt" and "\t" in quote.text]
    assert len(rows) == 2 and not any(quote.same_as for quote in rows)


def test_both_screens_show_what_a_quote_is_read_with_and_its_corrections(forms: Retriever) -> None:
    answer = forms.ask("What did Franz Dorn say?")
    assert "corrected: This article was amended on 2 May 2024." in render_answer(answer, Style(200))
    shown = turn_html(read_answer(answer.to_dict()), forms._index.article_named)
    assert "<b>Corrected:</b> This article was amended on 2 May 2024." in shown
    answer = forms.ask("How many votes did Ida Moe get?")
    assert "with: Name Boat Votes" in render_answer(answer, Style(200))
    assert ">Name\tBoat\tVotes</p>" in turn_html(read_answer(answer.to_dict()), forms._index.article_named)


def test_a_report_that_several_papers_print_is_counted_once(forms: Retriever) -> None:
    answer = forms.ask("What did the barge strike?")
    first = answer.quotes[0]
    papers = {"gazette.txt", "herald.txt", "post.md"}
    assert {first.source, *first.same_report} == papers
    assert answer.to_dict()["quotes"][0]["same_report"] == list(first.same_report)
    assert count_reports(answer.quotes) == len({quote.source for quote in answer.quotes} - papers) + 1
    assert "the same report in 3 papers: " in render_answer(answer, Style(200))
    other = forms.ask("When was the railway bridge at Ommen built?").quotes[0]
    assert (other.source, other.same_report) == ("other.txt", ())


def test_near_copies_are_counted_beyond_the_candidates(
    retriever_of: Callable[[Mapping[str, str | bytes]], Retriever], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = FILES["gazette.txt"]
    papers = {f"{number}.txt": report for number in range(4)}
    monkeypatch.setattr("articles_qa.qa.ranking.candidates.CandidatePassages.articles", property(lambda self: []))
    quote = retriever_of(papers).ask("What did the barge strike?").quotes[0]
    assert {quote.source, *quote.same_report} == set(papers)


LIVE = (
    "Mill fire in Torva: live\n\n20:15\nThe brigade takes back its earlier figure: 3 people were hurt, not 12.\n\n19:02\nWater "
    "bombers are on their way.\n\n18:40\nTwelve people have been hurt in the mill fire, the fire brigade said.\n"
)


def test_an_entry_that_takes_back_another_one_comes_before_it(
    retriever_of: Callable[[Mapping[str, str | bytes]], Retriever],
) -> None:
    answer = retriever_of({"live.txt": LIVE}).ask("How many people were hurt in the mill fire?")
    assert ["takes back" in answer.quotes[0].text, "Twelve" in answer.quotes[1].text] == [True, True]
    assert answer.quotes[1].corrections and answer.quotes[0].probability == answer.quotes[1].probability


MINE = "Mine fire in Zelna\n\nSix miners were trapped by a fire in the Zelna mine on Monday.\n\nOne miner has died."


@pytest.mark.parametrize(
    ("question", "first"), [("have died", "One miner has died."), ("were trapped", "Six miners were trapped")]
)
def test_who_died_comes_before_who_was_trapped(
    question: str, first: str, retriever_of: Callable[[Mapping[str, str | bytes]], Retriever]
) -> None:
    answer = retriever_of({"a.txt": MINE}).ask(f"How many miners {question} in the Zelna mine fire?")
    assert answer.quotes[0].text.startswith(first)


def test_articles_with_broken_characters_are_counted(forms: Retriever) -> None:
    assert forms._index.store.broken() == 1
    assert "mended     1 article: UTF-8 read as Windows-1252" in render_info(forms.info, mended=1)
    assert "mended" not in render_info(forms.info)


def test_an_article_in_another_language_is_counted_and_said(
    retriever_of: Callable[[Mapping[str, str | bytes]], Retriever],
) -> None:
    foreign = "Die Stadt hat am Montag die Brücke bei Ommen gesperrt, weil sich im Beton Risse gezeigt haben. " * 3
    retriever = retriever_of({"a.txt": foreign, "b.txt": "The mayor of Ommen closed the bridge on Monday because of cracks."})
    assert retriever._index.store.foreign() == 1
    assert "language   1 article not in English" in render_info(retriever.info, foreign=1)
    missed = retriever.ask("Who painted the Mona Lisa?")
    assert missed.reason == "The 2 articles do not answer this. One of them is not in English, which is all that is read well."
    (quote,) = retriever.ask("Brücke bei Ommen gesperrt", within=Scope(sources=("a.txt",))).quotes[:1]
    assert quote.not_english and quote.to_dict()["not_english"]
    answer = retriever.ask("Brücke bei Ommen gesperrt", within=Scope(sources=("a.txt",)))
    assert wording.NOT_ENGLISH in render_answer(answer, Style(200))
    assert wording.NOT_ENGLISH in turn_html(read_answer(answer.to_dict()), retriever._index.article_named)
