"""The interactive page as a reader meets it: opened from disk in headless Chromium."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from cncf_llm.entities import EDGES, NODES, draw_page
from cncf_llm_tests.entities.browser import CHROMIUM, Tab, open_tab
from cncf_llm_tests.entities.test_products import (
    EDGES_FRAME,
    HOSTILE,
    NODES_FRAME,
    PASSAGES,
    cited_sources,
    edge,
    find_quotes,
    node,
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

URL = PASSAGES["url"][0]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sources = cited_sources(NODES_FRAME, EDGES_FRAME, PASSAGES)
    second = sources.head(1).with_columns(passage_id=pl.lit("psg-3"), project=pl.lit("helm"))
    file = tmp_path_factory.mktemp("page") / "graph.html"
    html = draw_page(
        "Graph",
        NODES_FRAME,
        EDGES_FRAME,
        pl.concat([sources, second]),
        find_quotes(EDGES_FRAME, PASSAGES),
    )
    file.write_text(html, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with open_tab(tmp_path_factory.mktemp("profile")) as tab:
        yield tab


@pytest.fixture
def tab(browser: Tab, page: Path) -> Iterator[Tab]:
    """The page, freshly opened; whatever the console complains of fails the test."""
    browser.troubles.clear()
    browser.call("Page.navigate", url="about:blank")
    browser.open(page)
    yield browser
    assert browser.troubles == []


def card(tab: Tab) -> str | None:
    return tab.value("card.hidden ? null : card.innerText")


def place(tab: Tab, script: str) -> tuple[float, float]:
    """Return where on the window a point of the canvas is."""
    x, y = tab.value(
        f"(p => [p.x + canvas.getBoundingClientRect().x, p.y + canvas.getBoundingClientRect().y])"
        f"({script})"
    )
    return x, y


def test_search_finds_a_node_and_shows_its_neighbours(tab: Tab) -> None:
    tab.press("/")
    tab.write("ETC")
    assert tab.value("[...hits.children].map(row => row.innerText.split('\\n')[0])") == ["etcd"]
    tab.press("Enter")
    shown = card(tab)
    assert shown is not None
    assert all(one in shown for one in ("etcd", "written in", "Go", "implements", "TLS"))
    assert tab.value("location.hash") == "#ent-etcd"
    tab.press("Escape")
    assert card(tab) is None


def test_a_search_for_nothing_says_so(tab: Tab) -> None:
    tab.press("/")
    tab.write("no such name")
    assert tab.value("hits.innerText") == "nothing shown has this name"
    tab.press("Enter")
    assert card(tab) is None


def test_a_click_on_a_node_and_on_an_edge(tab: Tab) -> None:
    tab.click(*place(tab, "toScreen(nodes.find(n => n.name === 'Go'))"))
    shown = card(tab)
    assert shown is not None
    assert "… written in this" in shown
    tab.press("Escape")
    middle = (
        "(e => ({x: (toScreen(e.head).x + toScreen(e.tail).x) / 2,"
        " y: (toScreen(e.head).y + toScreen(e.tail).y) / 2}))"
        "(edges.find(e => e.type === 'written_in'))"
    )
    tab.click(*place(tab, middle))
    shown = card(tab)
    assert shown is not None
    assert "**etcd** is written in Go." in shown
    assert "Apache-2.0" in shown
    assert tab.value("card.querySelector('a').href") == URL
    assert tab.value("card.querySelector('a').rel") == "noopener noreferrer"


def test_an_address_that_is_no_web_page_is_no_link(tab: Tab) -> None:
    tab.value("chooseEdge(edges.find(e => e.type === 'implements'))")
    shown = card(tab)
    assert shown is not None
    assert "the etcd authors" in shown
    assert tab.value("card.querySelectorAll('a').length") == 0


def test_markup_in_names_stays_text(tab: Tab) -> None:
    tab.value("chooseNode(nodes.find(n => n.name.startsWith('</script>')))")
    name = HOSTILE.replace("\u202e", "")
    assert tab.value("card.querySelector('h2').innerText").strip() == name
    assert tab.value("document.images.length") == 0


def test_filters_hide_what_is_not_chosen(tab: Tab) -> None:
    names = "nodes.filter(n => n.shown).map(n => n.name).sort()"
    everything = tab.value(names)
    tab.click_on("#types-none")
    assert tab.value(names) == []
    tab.click_on("#types input[value=written_in]")
    assert tab.value(names) == ["Go", "etcd"]
    assert "2 entities and 1 relation shown" in tab.value("document.body.innerText")
    tab.click_on("#types-all")
    tab.click_on("#labels input[value=LANGUAGE]")
    assert "Go" not in tab.value(names)
    tab.click_on("#labels-all")
    assert tab.value(names) == everything
    tab.value("project.value = 1; project.dispatchEvent(new Event('change'))")
    assert tab.value(names) == []
    # a neighbour that is filtered out can still be reached
    tab.value("chooseNode(nodes[0], true)")
    assert tab.value(names) == everything


def test_keys_move_the_graph(tab: Tab) -> None:
    tab.value("canvas.focus()")
    before = tab.value("[view.x, view.zoom]")
    tab.press("ArrowRight")
    tab.press("+")
    x, zoom = tab.value("[view.x, view.zoom]")
    assert x > before[0]
    assert zoom > before[1]
    tab.press("0")
    assert tab.value("[view.x, view.zoom]") == before


@pytest.mark.parametrize("dark", [False, True])
def test_a_narrow_window_has_room_for_everything(tab: Tab, page: Path, dark: bool) -> None:
    tab.open(page, 380, 700, dark=dark)
    tab.press("/")
    tab.write("etcd")
    tab.press("Enter")
    wide, high = tab.value("[document.documentElement.scrollWidth, view.height]")
    assert wide <= 380
    assert high > 300
    assert card(tab)
    dark_ink = tab.value("getComputedStyle(document.body).color") == "rgb(230, 235, 240)"
    assert dark_ink is dark


@pytest.mark.slow
def test_two_thousand_nodes_are_shown(tab: Tab, tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(2400)]
    nodes = NODES.frame(node(name, "PROJECT", ["psg-1"]) for name in names)
    edges = EDGES.frame(
        edge("alternative_to", name, names[number // 9], "a sentence", ["psg-1"])
        for number, name in enumerate(names[1:])
    )
    edges = edges.with_columns(edge_id=pl.format("edg-{}", pl.int_range(pl.len())))
    sources = cited_sources(nodes, edges, PASSAGES)
    file = tmp_path / "graph.html"
    html = draw_page("Graph", nodes, edges, sources, find_quotes(edges, PASSAGES))
    file.write_text(html, encoding="utf-8")
    assert "of 2,400 entities" in html
    tab.open(file)
    assert 1900 <= tab.value("nodes.length") <= 2000
    first = "toScreen(nodes[0])"
    tab.click(*place(tab, first))
    assert tab.value("focus.node === nodes[0]")
    tab.value("query.focus()")
    tab.write("n1999")
    assert tab.value("hits.children.length") == 1
