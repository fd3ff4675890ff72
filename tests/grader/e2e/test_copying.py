"""The button that copies a command of a report."""

CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def test_copying_by_keyboard(exhibition, visit):
    """The Enter key on the button copies the command, and a live region tells it."""
    page = visit("anna", **CLIPBOARD).open(f"/submissions/{exhibition.ids['graded']}")
    command = page.locator(".failure code.command").first
    text = command.inner_text().strip()

    command.get_by_role("button", name="Copy the command").focus()
    page.keyboard.press("Enter")

    page.get_by_role("status").get_by_text("Copied", exact=True).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == text
    assert text.startswith("uv run pytest -k ")


def test_a_browser_that_refuses_the_clipboard(exhibition, visit):
    """The live region tells that the command was not copied, and the command can be selected."""
    page = visit("anna").open(f"/submissions/{exhibition.ids['graded']}")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")

    page.get_by_role("button", name="Copy the command").first.click()

    page.get_by_role("status").get_by_text("Select the command").wait_for()


def test_without_scripts_there_is_no_button(exhibition, visit):
    """A command without its script is text."""
    page = visit("anna", java_script_enabled=False).open(f"/submissions/{exhibition.ids['graded']}")

    assert page.locator(".failure code.command").first.inner_text().startswith("uv run pytest -k ")
    assert page.get_by_role("button", name="Copy the command").count() == 0
