"""A parsed page, for tests: its tags and its text."""

import re
from html.parser import HTMLParser

from grader.render.html import render_html
from tests.grader.support.reports import report

VOID = {"col", "meta", "link", "input", "br", "hr", "img"}
APART = {"dt", "dd", "th", "td"}  # what stands apart on the page is no one word, however close in the source


class Page(HTMLParser):
    """A parsed page: its `tags` with attributes, its `text`; refuses pages that are not well-formed."""

    def __init__(self, source):
        """Parse `source` to its end."""
        super().__init__()
        self.tags = []
        self.pieces = []
        self.open = []
        self.feed(source)
        self.close()
        assert self.open == [], "tags stay open"

    @property
    def text(self):
        """All text outside the stylesheet; an icon is its name in brackets."""
        return "".join(self.pieces)

    @property
    def words(self):
        """The text on one line, with single spaces, and with plain hyphens for dashes and minuses."""
        return " ".join(re.sub("[\N{MINUS SIGN}\N{EN DASH}]", "-", self.text).split())

    def handle_starttag(self, tag, attrs):
        """Note a tag, and that it is open."""
        assert len(dict(attrs)) == len(attrs), f"an attribute of <{tag}> comes twice"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Note a tag that is closed at once, as SVG's are."""
        self.tags.append((tag, dict(attrs)))
        if tag == "use":
            self.pieces.append(f"[{dict(attrs)['href'].partition('#')[2]}] ")

    def handle_endtag(self, tag):
        """Close the tag that was opened last."""
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another tag"
        if tag in APART:
            self.pieces.append(" ")

    def handle_data(self, data):
        """Keep text."""
        if "style" not in self.open:
            self.pieces.append(data)

    def handle_comment(self, data):
        """Refuse comments: the templates write none."""
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data):
        """Refuse CDATA and the like."""
        raise AssertionError(f"a declaration: {data}")

    def attributes(self, name, tag=None):
        """Return the values of the attribute `name`."""
        return [found[name] for one, found in self.tags if name in found and tag in {None, one}]


def page(*results, **details):
    """Return the parsed page of a report."""
    return Page(render_html(report(*results, **details)))
