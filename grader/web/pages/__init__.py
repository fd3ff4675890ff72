"""The pages for people: server-rendered, from the same store and report that the API answers from.

`app` puts them together; `visitor`, `same_origin` and `signin` say who may come in; `assignment`,
`submission`, `live` and `comparison` are a student's pages; `overview`, `matrix`, `rubric`
and `student` are for staff.
"""

from grader.web.pages.app import create_pages

__all__ = ["create_pages"]
