"""The colour of each label, the same in pictures and on the page."""

from collections.abc import Mapping

# Okabe and Ito's palette and shades near it: told apart with any colour vision, and on print.
COLOURS: Mapping[str, str] = {
    "PROJECT": "#0072B2",
    "COMPONENT": "#56B4E9",
    "ORGANIZATION": "#8C6BB1",
    "KUBERNETES_KIND": "#009E73",
    "STANDARD": "#E69F00",
    "COMMAND": "#7F7F7F",
    "SETTING": "#B8A13A",
    "METRIC": "#D55E00",
    "CONCEPT": "#CC79A7",
    "LANGUAGE": "#A6761D",
    "PLATFORM": "#4D6A8F",
    "VERSION": "#BDBDBD",
    "CATEGORY": "#C7CED6",
    "MATURITY": "#E3D7B8",
}
