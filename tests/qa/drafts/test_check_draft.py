"""A draft checked against a few articles."""

import pytest

from articles_qa.index import Index, InputError, build
from articles_qa.qa.drafts import check_draft as checking
from articles_qa.qa.drafts.check_draft import CheckedDraft, Verdict, check_draft

ARTICLES = {
    "strike.txt": (
        "Title: Dockers strike\nOutlet: Northern Courier\nDate: 2025-04-02\n\n"
        "Some 1,800 dockers walked out at the port of Varn on Wednesday, their union said.\n\n"
        "Marta Kell, the union's secretary, said: “We asked for nine percent and were offered two.” "
        "She said the strike would last until there was an offer, but the port company denied that it had been asked.\n\n"
        "“The cranes cost us $5 a minute,” the harbour master said. However, his own books put the cost at $3.\n"
    ),
    "letter.txt": (
        "Correction: An earlier version of this article named another engineer.\n\n"
        "Engineers warned the company of cracks in the dam in November. “We will not wait until the summer, when the lake "
        "is full and the valley is dry, to close the gates,” the engineer wrote to the head of the company.\n"
    ),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("drafts")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, "utf-8")
    build([folder], folder / ".index")
    return Index.open(folder / ".index")


def only(checked: CheckedDraft) -> checking.CheckedQuotation:
    (one,) = checked.quotations
    return one


EXACT = [
    "“We asked for nine percent and were offered two,” she said.",
    '"we asked for nine percent, and were offered two."',  # Marks, case and commas are the draft's own.
    "“[W]e asked for nine percent”",
    "> Some 1,800 dockers walked out\n> at the port of Varn",
    "“nine percent”",
    "“The cranes cost us $5 a minute”",
]


@pytest.mark.parametrize("draft", EXACT)
def test_a_quotation_that_stands_there_is_found_word_for_word(index: Index, draft: str) -> None:
    one = only(check_draft(index, draft))
    assert one.verdict is Verdict.EXACT and one.article is not None and one.span is not None
    assert one.article.source == "strike.txt" and one.span.cut(one.article.text) in ARTICLES["strike.txt"]


ALTERED = [
    ("“We asked for eight percent and were offered two.”", [("eight", "nine")]),
    ("“We asked for nine percent and were offered three.”", [("three", "two")]),
    ("“Some 1,900 dockers walked out at the port”", [("1,900", "1,800")]),
    ("“Some 18,00 dockers walked out at the port”", [("18,00", "1,800")]),
    ("“Some 1.800 dockers walked out at the port”", [("1.800", "1,800")]),
    ("“Some -1,800 dockers walked out at the port”", [("-1,800", "1,800")]),
    ("“The cranes cost us €5 a minute”", [("€", "$")]),
    ("“The cranes cost us 5 a minute”", [("", "$")]),
    ("“We asked for nine percent and were not offered two.”", [("not", "")]),
    ("“We will wait until the summer, when the lake is full”", [("", "not")]),
    ("“We were asked for some nine percent and offered two.”", None),
]


@pytest.mark.parametrize(("draft", "changes"), ALTERED)
def test_no_changed_word_or_number_passes(index: Index, draft: str, changes: list[tuple[str, str]] | None) -> None:
    one = only(check_draft(index, draft))
    assert one.verdict is Verdict.ALTERED
    assert changes is None or [(change.draft, change.article) for change in one.changes] == changes


MISSING = [
    "“Nobody in this town will ever forgive the bank for its silence.”",
    "“The dockers of the port asked the engineer for a dam.”",  # Its words are there, but nowhere together.
    "“a hundred percent”",  # Any three words are nearly somewhere.
]


@pytest.mark.parametrize("draft", MISSING)
def test_what_stands_nowhere_is_not_found(index: Index, draft: str) -> None:
    one = only(check_draft(index, draft))
    assert (one.verdict, one.article, one.changes) == (Verdict.MISSING, None, ())


def test_words_left_out_are_shown(index: Index) -> None:
    for mark in ("…", "...", "[…]", "(...)", "[the company]"):
        one = only(check_draft(index, f"“We will not wait until the summer {mark} to close the gates”"))
        assert one.verdict is Verdict.EXACT and one.article is not None
        assert [span.cut(one.article.text) for span in one.left_out] == [", when the lake is full and the valley is dry, "]
    # The halves must stand in this order.
    assert only(check_draft(index, "“to close the gates … we will not wait until the summer”")).verdict is not Verdict.EXACT


FOLLOWS = [
    ("“We asked for nine percent and were offered two.”", ["but"]),
    ("“the strike would last until there was an offer”", ["but", "However"]),
    ("“The cranes cost us $5 a minute”", ["However"]),
    ("“We will not wait until the summer”", ["Correction"]),
    ("“his own books put the cost at $3”", []),
]


@pytest.mark.parametrize(("draft", "cues"), FOLLOWS)
def test_what_follows_a_quotation_in_its_article_is_flagged(index: Index, draft: str, cues: list[str]) -> None:
    assert [follow.cue for follow in only(check_draft(index, draft)).follows] == cues


def test_the_record_says_where_a_quotation_stands(index: Index) -> None:
    record = check_draft(index, "One.\n\n“We asked for nine percent”\n").to_dict()
    (one,) = record["quotations"]
    found = one["found"]
    assert (record["schema"], record["more"], one["line"], one["verdict"]) == ("draft/1", 0, 3, "exact")
    assert ARTICLES["strike.txt"][found["start"] : found["end"]] == found["text"] == "We asked for nine percent"
    assert (found["first_line"], found["outlet"], found["published"]) == (7, "Northern Courier", "2025-04-02")
    assert found["said_by"] == "Marta Kell"


def test_a_long_draft_is_bounded(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_QUOTATIONS", 2)
    checked = check_draft(index, "“nine percent” “nine percent” “nine percent”")
    assert (len(checked.quotations), checked.more) == (2, 1)
    with pytest.raises(InputError, match="check it in parts"):
        check_draft(index, "x" * (checking.MAX_CHARS + 1))
