"""Entities of the documentation and the relations between them.

In: the landscape's projects and neighbours, the corpus's passages.
Out: a spaCy pipeline (a folder), and the tables MENTIONS, NODES, EDGES and DROPS; a picture and
GraphML of a graph.
"""

from cncf_llm.entities.gazetteer import (
    Entry,
    Gazetteer,
    build_gazetteer,
    kinds_in_yaml,
    project_links,
)
from cncf_llm.entities.graph import Graph, build_graph
from cncf_llm.entities.graphml import to_graphml
from cncf_llm.entities.labels import (
    LABELS,
    LANDSCAPE_LABELS,
    LANDSCAPE_RELATIONS,
    RELATIONS,
    allowed,
    breaks_signature,
)
from cncf_llm.entities.mentions import find_mentions
from cncf_llm.entities.merge import merge_graphs
from cncf_llm.entities.picture import draw_graph
from cncf_llm.entities.recognizer import RecognizerError, load_recognizer
from cncf_llm.entities.score import AnnotationError, score_recognizer
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
    "RELATIONS",
    "SCORES",
    "VERSION",
    "AnnotationError",
    "Entry",
    "Gazetteer",
    "Graph",
    "RecognizerError",
    "allowed",
    "breaks_signature",
    "build_gazetteer",
    "build_graph",
    "draw_graph",
    "find_mentions",
    "kinds_in_yaml",
    "load_recognizer",
    "merge_graphs",
    "project_links",
    "score_recognizer",
    "to_graphml",
    "train_recognizer",
]
