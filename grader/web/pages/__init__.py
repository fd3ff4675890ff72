"""The pages for people: server-rendered, from the same store and reports as the API.

A module `*_page` has the routes of one page; `create_pages` puts them together. `current_user` and
`same_origin` guard them. `view` renders templates with values from `page_context`, `class_view`, `history`
and `charts`.
"""

from grader.web.pages.create_pages import create_pages

__all__ = ["create_pages"]
