"""Entities of the documentation and the relations between them.

In: the landscape's projects and neighbours, the corpus's passages.
Out: a spaCy pipeline (a folder), and the tables MENTIONS, NODES, EDGES, SOURCES, QUOTES and DROPS;
a graph as picture, GraphML, JSON-LD and interactive page.
"""

from cncf_llm.entities.chosen import pipeline_digest
from cncf_llm.entities.consistency import conflicts, orphans
from cncf_llm.entities.gazetteer import (
    Entry,
    Gazetteer,
    build_gazetteer,
)
from cncf_llm.entities.graph import Graph, build_graph
from cncf_llm.entities.graphml import to_graphml
from cncf_llm.entities.inventory import Inventory, list_names
from cncf_llm.entities.jsonld import write_jsonld
from cncf_llm.entities.labels import (
    LABELS,
    LANDSCAPE_LABELS,
    LANDSCAPE_RELATIONS,
    RELATIONS,
    allowed,
    breaks_signature,
)
from cncf_llm.entities.linking import project_links
from cncf_llm.entities.mentions import find_mentions
from cncf_llm.entities.merge import merge_graphs
from cncf_llm.entities.page import draw_page
from cncf_llm.entities.picture import draw_graph
from cncf_llm.entities.recognizer import RecognizerError, load_apis, load_recognizer
from cncf_llm.entities.score import AnnotationError, score_recognizer
from cncf_llm.entities.sources import (
    QUOTES,
    SOURCES,
    cited_sources,
    find_quotes,
    merge_quotes,
    merge_sources,
)
from cncf_llm.entities.tables import EDGES, MENTIONS, NODES, SCORES
from cncf_llm.entities.train import train_recognizer
from cncf_llm.entities.version import VERSION

__all__ = [
    "EDGES",
    "LABELS",
    "LANDSCAPE_LABELS",
    "LANDSCAPE_RELATIONS",
    "MENTIONS",
    "NODES",
    "QUOTES",
    "RELATIONS",
    "SCORES",
    "SOURCES",
    "VERSION",
    "AnnotationError",
    "Entry",
    "Gazetteer",
    "Graph",
    "Inventory",
    "RecognizerError",
    "allowed",
    "breaks_signature",
    "build_gazetteer",
    "build_graph",
    "cited_sources",
    "conflicts",
    "draw_graph",
    "draw_page",
    "find_mentions",
    "find_quotes",
    "list_names",
    "load_apis",
    "load_recognizer",
    "merge_graphs",
    "merge_quotes",
    "merge_sources",
    "orphans",
    "pipeline_digest",
    "project_links",
    "score_recognizer",
    "to_graphml",
    "train_recognizer",
    "write_jsonld",
]
