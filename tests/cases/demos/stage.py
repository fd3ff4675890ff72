"""The stage of a demo: windows that are redrawn while training runs, or PNG files, and the terminal."""

from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.backends import BackendFilter, backend_registry
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

PICTURES = Path("demo_pictures")  # in the current folder, if there is neither a display nor --headless
DOTS_PER_INCH = 130
BLUE, ORANGE, GREEN, RED, GREY, INK = "#2f6fb3", "#e0752d", "#22845a", "#c0392b", "#6b7280", "#1f2933"
STYLE = {
    "axes.edgecolor": "#c5cad3",
    "axes.labelcolor": GREY,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": "medium",
    "axes.titleweight": "bold",
    "figure.constrained_layout.h_pad": 0.12,  # inches, so that no label touches an edge
    "figure.constrained_layout.w_pad": 0.12,
    "figure.titlesize": "large",
    "figure.titleweight": "bold",
    "grid.color": "#e8ebf0",
    "lines.linewidth": 2,
    "xtick.color": GREY,
    "ytick.color": GREY,
}


class PicturedProgress(Progress):
    """A progress bar below a `picture`, a text that may change while it runs."""

    picture = ""

    def get_renderables(self):
        """Yield the picture, if there is one, and the bar."""
        if self.picture:
            yield self.picture
        yield from super().get_renderables()


class Stage:
    """Shows figures, progress and a summary."""

    def __init__(self, folder):
        """Open windows; or write pictures into `folder`, and into PICTURES where there is no display."""
        if folder:
            mpl.use("agg")
        plt.rcParams.update(STYLE)
        windowed = backend_registry.list_builtin(BackendFilter.INTERACTIVE)
        self.is_live = plt.get_backend().lower() in {name.lower() for name in windowed}
        self._folder = folder or PICTURES
        self._console = Console(highlight=False, markup=False)

    def redraw(self, figure):
        """Show the present state of a figure, if it has a window."""
        if self.is_live and plt.fignum_exists(figure.number):
            figure.canvas.draw_idle()
            plt.pause(0.001)

    def finish(self, figure, name):
        """Show a figure that will not change any more: in its window, or as the file `name`.png."""
        self.redraw(figure)
        if not self.is_live:
            self._folder.mkdir(parents=True, exist_ok=True)
            figure.savefig(self._folder / f"{name}.png", dpi=DOTS_PER_INCH)
            self._console.print(f"Picture: {self._folder / name}.png", soft_wrap=True)

    @property
    def is_terminal(self):
        """Whether a picture in text can move here, also over ssh."""
        return self._console.is_terminal

    def progress(self):
        """Return a progress bar whose tasks have a `state` to tell beside the time; see PicturedProgress."""
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}"))
        return PicturedProgress(*columns, TimeElapsedColumn(), console=self._console)

    def summarize(self, title, facts):
        """Print a table of facts, and keep the windows open until they are closed."""
        table = Table(box=None, show_header=False, title=title, title_justify="left", title_style="bold")
        for name, fact in facts.items():
            table.add_row(name, fact)
        self._console.print(table)
        if self.is_live:
            plt.show()
