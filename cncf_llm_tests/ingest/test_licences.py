import pytest

from cncf_llm.ingest.licences import (
    UNKNOWN,
    licence_in_header,
    licence_of_text,
    folder_licences,
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
