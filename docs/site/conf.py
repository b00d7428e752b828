# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site of the documentation, which C(make site) builds into .cache/site/html."""

project = "psp.rc_closure"
author = "the psp.rc_closure contributors"
extensions = ["myst_parser", "sphinx_antsibull_ext"]
root_doc = "index"
exclude_patterns = ["guide/roadmap.md"]
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
html_theme = "alabaster"
html_theme_options = {"description": "Release evidence that cannot lie", "page_width": "75rem"}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}
html_show_sphinx = False
html_copy_source = False
myst_heading_anchors = 3
suppress_warnings = [
    "misc.highlighting_failure",  # examples have templates where YAML has none
    "myst.xref_missing",  # the guides link to files of the repository, too
    "ref.ref",  # labels of Ansible's own pages, which are not fetched; antsibull-docs checks the rest
]
