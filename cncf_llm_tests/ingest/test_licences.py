import pytest

from cncf_llm.ingest.licences.names import UNKNOWN, licence_named, licences_in, valid_expression
from cncf_llm.ingest.licences.statement import documentation_statement
from cncf_llm.ingest.licences.texts import (
    RepositoryLicences,
    attribution,
    document_licence,
    folder_licences,
    licence_in_front_matter,
    licence_in_header,
    licence_of_text,
    nearest_licence,
)

BSD = "Redistribution and use in source and binary forms, with or without modification, "
MIT = "Permission is hereby granted, free of charge, to any person\nobtaining a copy of this"


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("      Apache License\n   Version 2.0, January 2004\n", "Apache-2.0"),
        ("Apache License Version 2.0 ... bundled parts: " + MIT, "Apache-2.0"),
        ("The MIT License (MIT)\n\nCopyright (c) 2017\n\n" + MIT, "MIT"),
        (BSD + "... Neither the name of", "BSD-3-Clause"),
        (BSD + "are permitted", "BSD-2-Clause"),
        ("Mozilla Public License Version 2.0", "MPL-2.0"),
        ("GNU GENERAL PUBLIC LICENSE\n Version 3, ... GNU Affero General Public", "GPL-3.0-only"),
        ("GNU LESSER GENERAL PUBLIC LICENSE\n Version 2.1, February 1999", "LGPL-2.1-only"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE Version 3", "AGPL-3.0-only"),
        ("Attribution 4.0 International\n=====", "CC-BY-4.0"),
        ("content is licensed under the Creative Commons Attribution 4.0 license", "CC-BY-4.0"),
        ("Attribution-ShareAlike 4.0 International", "CC-BY-SA-4.0"),
        ("Attribution-NonCommercial 4.0 International", "CC-BY-NC-4.0"),
        ("All rights reserved.", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_licence_of_text(text, licence):
    assert licence_of_text(text) == licence


@pytest.mark.parametrize(
    ("content", "expression"),
    [
        (b"<!-- SPDX-License-Identifier: CC-BY-4.0 -->\n# Title", "CC-BY-4.0"),
        (b"# SPDX-License-Identifier: Apache-2.0 OR MIT\nkey: 1", "Apache-2.0 OR MIT"),
        (b"/* SPDX-License-Identifier: MIT */", "MIT"),
        (b"# Title\n\n```\n// SPDX-License-Identifier: MIT\n```", None),
        (b"Add SPDX-License-Identifier: MIT to each file", None),
        (b"x\n" * 30 + b"# SPDX-License-Identifier: MIT", None),
        (b"# Title", None),
        (b"# SPDX-License-Identifier: apache-2.0", "Apache-2.0"),
        (b"# SPDX-License-Identifier: Free-For-All-1.0", UNKNOWN),
        (b"# SPDX-License-Identifier: MIT AND (Apache-2.0", UNKNOWN),
    ],
)
def test_licence_in_header(content, expression):
    assert licence_in_header(content) == expression


def test_the_nearest_licence_up_the_tree_holds():
    files = folder_licences(
        {"LICENSE": "Apache-2.0", "docs/LICENSE": "CC-BY-4.0", "odd/LICENSE": UNKNOWN}
    )
    assert nearest_licence("README.md", files) == ("Apache-2.0", "LICENSE")
    assert nearest_licence("docs/a/b.md", files) == ("CC-BY-4.0", "docs/LICENSE")
    assert nearest_licence("odd/a.md", files) == (UNKNOWN, "odd/LICENSE")
    assert nearest_licence("a.md", {}) == (UNKNOWN, None)


def test_several_licences_in_one_folder():
    both = {"LICENSE": "CC-BY-4.0", "LICENSE-CODE": "Apache-2.0"}
    assert nearest_licence("a.md", folder_licences(both)) == ("CC-BY-4.0", "LICENSE")
    docs = {"LICENSE": "Apache-2.0", "LICENSE-docs": "CC-BY-4.0"}
    assert nearest_licence("a.md", folder_licences(docs)) == ("CC-BY-4.0", "LICENSE-docs")
    either = {"LICENSE-APACHE": "Apache-2.0", "LICENSE-MIT": "MIT"}
    assert nearest_licence("a.md", folder_licences(either))[0] == "Apache-2.0 OR MIT"
    all_of = {"COPYING": "MIT", "LICENSE": "Apache-2.0"}
    assert nearest_licence("a.md", folder_licences(all_of))[0] == "Apache-2.0 AND MIT"


def test_expressions_are_those_of_spdx():
    assert valid_expression("apache-2.0 or mit") == "Apache-2.0 OR MIT"
    assert valid_expression("GPL-2.0-only WITH Classpath-exception-2.0").endswith("-2.0")
    for wrong in ("", "Apache 2.0", "Made-Up-1.0", "MIT AND", "(" * 150 + "MIT", "MIT OR " * 900):
        assert valid_expression(wrong) == UNKNOWN


@pytest.mark.parametrize(
    ("sentence", "licences"),
    [
        ("Documentation is under CC BY 4.0.", ["CC-BY-4.0"]),
        ("the Creative Commons Attribution 4.0 International License", ["CC-BY-4.0"]),
        ("Creative Commons Attribution-ShareAlike 3.0", ["CC-BY-SA-3.0"]),
        ("https://creativecommons.org/licenses/by-nc-nd/4.0/", ["CC-BY-NC-ND-4.0"]),
        ("Apache License, Version 2.0, or the MIT license", ["Apache-2.0", "MIT"]),
        ("BSD-3-Clause", ["BSD-3-Clause"]),
        ("See RFC-2119 and the LICENSE-file", []),
    ],
)
def test_names_in_a_sentence(sentence, licences):
    assert [spdx for _, spdx in licences_in(sentence)] == licences


def test_a_name_stands_for_a_licence_when_it_is_the_only_one():
    assert licence_named("Apache License 2.0") == "Apache-2.0"
    assert licence_named("MIT OR Apache-2.0") == "MIT OR Apache-2.0"
    assert licence_named("MIT, parts CC BY 4.0") == UNKNOWN
    assert licence_named("see LICENSE") == UNKNOWN


@pytest.mark.parametrize(
    ("readme", "licence"),
    [
        ("Code is under the Apache 2.0 license. Documentation is distributed under CC BY 4.0.", 1),
        ("# Tool\n\n- Docs: [CC-BY-4.0](LICENSE)\n- Code: [Apache-2.0](LICENSE-CODE)\n", 1),
        ("The content of this site is licensed\nunder the [CC BY 4.0][1] licence.", 1),
        ("All documentation is made available under the terms of the CC-BY-4.0 licence", 1),
        ("Documentation and code are licensed under Apache-2.0.", 0),
        ("The source of this documentation is licensed under MIT.", 0),
        ("Documentation is available under docs/; the code is MIT.", 0),
        ("Documentation is available under https://example.org.\n\nLicensed under MIT.", 0),
        ("Read the documentation of CC-BY-4.0.", 0),
        ("Docs: how to choose between MIT and others", 0),
        ("Unless stated otherwise, documentation is licensed under CC-BY-4.0.", 0),
        ("Docs are licensed under CC-BY-4.0. The documentation is licensed under MIT.", 0),
        ("", 0),
    ],
)
def test_what_a_readme_says_of_the_documentation(readme, licence):
    said = documentation_statement(readme, "README.md")
    assert (said.licence if said else None) == ("CC-BY-4.0" if licence else None)


def test_a_statement_may_be_limited_to_files_and_folders():
    readme = (
        'The README.md file and files in the "docs" folder are licensed under the Creative\n'
        "Commons Attribution 4.0 International License."
    )
    said = documentation_statement(readme, "README.md")
    assert said
    covered = {path: said.covers(path) for path in ("README.md", "docs/a/b.md", "pkg/README.md")}
    assert covered == {"README.md": True, "docs/a/b.md": True, "pkg/README.md": False}


def test_a_long_readme_takes_no_long_time():
    for part in ("documentation is ", "documentation: ", "[docs](", "a" * 50 + "/docs "):
        assert documentation_statement(part * 20_000, "README.md") is None


@pytest.mark.parametrize(
    ("content", "licence"),
    [
        (b"---\ntitle: x\nlicense: CC-BY-4.0\n---\n# x", "CC-BY-4.0"),
        (b"---\r\nlicence: 'Apache 2.0'\r\n---\r\n", "Apache-2.0"),
        (b"---\nlicense: ours\n---\n", UNKNOWN),
        (b"---\nproduct:\n  license: MIT\n---\n", None),
        (b"---\ntitle: x\n---\nlicense: MIT\n", None),
        (b"license: MIT", None),
    ],
)
def test_licence_in_front_matter(content, licence):
    assert licence_in_front_matter(content) == licence


def test_the_first_that_speaks_decides():
    statement = documentation_statement("Docs are licensed under CC-BY-4.0.", "README.md")
    top = RepositoryLicences(
        folder_licences({"LICENSE": "Apache-2.0", "sub/LICENSE": "MIT"}),
        {"b.pdf": "CC0-1.0"},
        statement=statement,
    )

    def licence(path: str, media_type: str = "text/markdown", content: bytes = b"# x"):
        return document_licence(path, media_type, content, top)

    header = b"<!-- SPDX-License-Identifier: Nobody-Knows-9 -->"
    assert licence("a.md", content=header) == (UNKNOWN, "a.md")
    assert licence("a.md", content=b"---\nlicense: MIT\n---\n") == ("MIT", "a.md")
    assert licence("a.yaml", "application/yaml", b"---\nlicense: MIT\n---\n")[1] == "LICENSE"
    assert licence("b.pdf", "application/pdf") == ("CC0-1.0", "b.pdf.license")
    assert licence("sub/a.md") == ("MIT", "sub/LICENSE")
    assert licence("a.md") == ("CC-BY-4.0", "README.md")
    assert licence("a.yaml", "application/yaml") == ("Apache-2.0", "LICENSE")


def test_the_folder_of_licences_counts_when_it_holds_one():
    one = RepositoryLicences(named=("LICENSES/CC-BY-4.0.txt",))
    assert document_licence("a.md", "text/markdown", b"", one) == ("CC-BY-4.0", one.named[0])
    two = RepositoryLicences(named=("LICENSES/CC-BY-4.0.txt", "LICENSES/MIT.txt"))
    assert document_licence("a.md", "text/markdown", b"", two) == (UNKNOWN, "LICENSES")


def test_attribution_where_the_licence_asks_for_it():
    url = "https://github.com/acme/docs/blob/abc/a.md"
    said = attribution("CC-BY-SA-4.0", "acme/docs contributors", url)
    assert said == f"acme/docs contributors, {url}, CC-BY-SA-4.0"
    assert attribution("Apache-2.0", "acme/docs contributors", url) is None
    assert attribution("CC0-1.0", "acme/docs contributors", url) is None
