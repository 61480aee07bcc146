from cncf_llm.corpus.language import document_language, language_of, passage_language

ENGLISH = "The server keeps all the data in memory and writes it to disk every few minutes. "
GERMAN = (
    "Der Server hält alle Daten im Speicher und schreibt sie alle paar Minuten auf die Platte. "
)
RUSSIAN = "Сервер хранит все данные в памяти и записывает их на диск каждые несколько минут. "


def test_languages_are_told_apart():
    assert [language_of(text * 3)[0] for text in (ENGLISH, GERMAN, RUSSIAN)] == ["en", "de", "ru"]


def test_paths_and_options_do_not_count():
    assert language_of("--log-level=info /etc/prometheus/x.yml {a}") == ("en", 0.0)


def test_the_document_is_judged_by_all_of_its_passages():
    assert document_language([ENGLISH, GERMAN, GERMAN, GERMAN]) == "de"
    assert document_language([ENGLISH, ENGLISH, GERMAN]) == "en"
    assert document_language(["Changes"]) == "en"


def test_short_passages_are_in_their_document_s_language():
    assert passage_language("Optionen", "en") == "en"
    assert passage_language("Options", "de") == "de"


def test_long_passages_speak_for_themselves():
    assert passage_language(GERMAN * 2, "en") == "de"
    assert passage_language(ENGLISH * 2, "de") == "en"


def test_letters_of_another_script_decide_even_in_short_passages():
    assert passage_language("Сервер хранит данные", "en") not in ("en", None)
    assert passage_language("The symbol π means the ratio.", "en") == "en"


def test_a_list_of_names_is_in_its_documents_language():
    names = "Hauke Löffler, Ingo Gottwald, janluk, Miek Gieben, Uladzimir Trehubenka, Yong Tang, "
    names += "Johnny Bergström, Manuel Rüger, Ondřej Benkovský, Qasim Sarfraz, Jiang Biao"
    assert passage_language(f"Brought to You By\n{names}", "en") == "en"
    german = "Der Server hält alle Daten im Speicher und schreibt sie alle paar Minuten auf Platte."
    assert passage_language(german, "en") == "de"


def test_a_short_document_with_letters_that_english_lacks_is_judged():
    assert document_language(["Implementação do OpenTelemetry específica para Go."]) == "pt"
    assert document_language(["Implementation of the café for Go."]) == "en"
    assert document_language(["Café Go"]) == "en"
