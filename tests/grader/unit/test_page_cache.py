"""The cache of pages: rendered once, compressed, bounded, answered by ETag."""

import gzip

from starlette.requests import Request

from grader.web.pages.page_cache import PageCache

PAGE = "<p>ü</p>" * 500


def request(**headers):
    """Return a request with these headers."""
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": named})


class Rendering:
    """Renders a page and counts how often."""

    def __init__(self, text=PAGE):
        """Render `text`."""
        self.text, self.count = text, 0

    def __call__(self):
        """Return the text."""
        self.count += 1
        return self.text


def test_a_page_is_rendered_once():
    """The second request with an equal key gets the same bytes, compressed for who asks for that."""
    cache, rendering = PageCache(), Rendering()

    plain = cache.answer(request(), ("report", 1), rendering)
    compressed = cache.answer(request(accept_encoding="gzip, br"), ("report", 1), rendering)

    assert plain.body.decode() == PAGE
    assert gzip.decompress(compressed.body).decode() == PAGE
    assert compressed.headers["content-encoding"] == "gzip"
    assert plain.headers["etag"] == compressed.headers["etag"]
    assert rendering.count == 1


def test_another_key_is_another_page():
    """Keys that differ share neither text nor ETag."""
    cache = PageCache()

    one = cache.answer(request(), ("anna", 1), Rendering("one"))
    other = cache.answer(request(), ("ben", 1), Rendering("other"))

    assert (one.body, other.body) == (b"one", b"other")
    assert one.headers["etag"] != other.headers["etag"]


def test_a_browser_that_has_the_page_gets_no_body():
    """The ETag of the page answers 304, as long as the key is the same."""
    cache = PageCache()
    etag = cache.answer(request(), (1,), Rendering()).headers["etag"]

    again = cache.answer(request(if_none_match=f'W/"old", {etag}'), (1,), Rendering())
    changed = cache.answer(request(if_none_match=etag), (2,), Rendering("new"))

    assert (again.status_code, again.body, again.headers["etag"]) == (304, b"", etag)
    assert (changed.status_code, changed.body) == (200, b"new")


def test_the_cache_is_bounded():
    """Beyond the limit the page that nobody asked for longest is rendered again; a larger one is not kept."""
    size = len(gzip.compress(PAGE.encode(), 6))
    cache = PageCache(most_bytes=2 * size)
    renderings = [Rendering() for _ in range(3)]
    for each in (0, 1, 0, 2, 0, 1):
        cache.answer(request(), (each,), renderings[each])

    huge = Rendering("".join(map(str, range(20_000))))
    texts = [cache.answer(request(), ("huge",), huge).body for _ in range(2)]

    assert [each.count for each in renderings] == [1, 2, 1]
    assert texts == [huge.text.encode()] * 2
    assert huge.count == 2
