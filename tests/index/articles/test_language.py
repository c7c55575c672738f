"""Language: an article is told to be foreign where that is sure, and nothing is told otherwise."""

from pathlib import Path

import pytest

from articles_qa.index.articles.language import is_foreign

FOREIGN = {
    "de": "Die Stadt hat am Montag die Brücke über den Fluss gesperrt, weil sich im Beton Risse gezeigt haben. Das "
    "teilte der Bürgermeister mit. Die Arbeiten werden nach ihm drei Monate dauern und zwei Millionen Euro kosten.",
    "fr": "La ville a fermé lundi le pont sur le fleuve, parce que des fissures sont apparues dans le béton. Le maire l’a "
    "annoncé dans un communiqué. Les travaux dureront selon lui trois mois et coûteront plus de deux millions d’euros.",
    "es": "La ciudad cerró el lunes el puente sobre el río porque aparecieron grietas en el hormigón, informó el alcalde. "
    "Las obras durarán según él al menos tres meses y costarán más de dos millones de euros a los vecinos.",
    "pl": "Miasto zamknęło w poniedziałek most na rzece, ponieważ w betonie pojawiły się pęknięcia, poinformował burmistrz. "
    "Prace nie potrwają według niego długo i będą kosztować dwa miliony. Dla mieszkańców wyznaczono objazd, "
    "który jest na północy "
    "i nie jest długi, ale się korkuje.",
    "ru": "Город в понедельник закрыл мост через реку, потому что в бетоне появились трещины, сообщил мэр. Работы "
    "продлятся, по его словам, не менее трех месяцев и обойдутся в два миллиона евро. Для жителей организован объезд.",
    "zh": "市政府周一关闭了河上的大桥，因为混凝土出现了裂缝。市长在一份声明中宣布了这一消息。" * 5,
}
SILENT = {
    "names": "Anna Lind, Per Moe, Ida Moe, Franz Dorn, Ola Brekke. " * 10,
    "a short one": "Die Stadt hat die Brücke gesperrt.",
    "a report with foreign words": "“Das ist nicht wahr,” he said in German of what the paper had. " * 8,
    "English and German": ("The town closed the bridge on Monday, the mayor said. " + "Die Stadt hat die Brücke gesperrt. ")
    * 6,
}


@pytest.mark.parametrize("language", FOREIGN)
def test_another_language_is_told(language: str) -> None:
    assert is_foreign(FOREIGN[language])


@pytest.mark.parametrize("why", SILENT)
def test_where_it_is_not_sure_nothing_is_told(why: str) -> None:
    assert not is_foreign(SILENT[why])


def test_english_is_english(seeds: Path) -> None:
    assert not any(is_foreign(path.read_text("utf-8")) for path in seeds.glob("*.txt"))
