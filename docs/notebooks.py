"""The notebooks: ``python -m docs.notebooks`` runs them and stores them with their outputs."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
#: Seconds one cell may take, and a kernel to start.
LONGEST = 120
#: What a slider shows needs its kernel, and so is not stored.
WIDGET = "application/vnd.jupyter.widget-view+json"


def paths() -> list[Path]:
    """Return the notebooks in their order."""
    return sorted(FOLDER.glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    """Return a notebook."""
    import nbformat

    found: NotebookNode = nbformat.read(path, as_version=4)
    return found


def executed(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Return a notebook run from above in a folder, as :func:`plain` shows it.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell raises.
    """
    from nbclient import NotebookClient

    # Where matplotlib first has to list the fonts, it would say so in the middle of a notebook.
    import_module("matplotlib.font_manager")
    client = NotebookClient(
        notebook,
        timeout=LONGEST,
        startup_timeout=LONGEST,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        coalesce_streams=True,
    )
    client.execute()
    return plain(notebook)


def plain(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook with nothing in it that differs from one run to the next."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    for at, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"cell-{at:02d}", {}
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not _is_widget(output)]
    return notebook


def _is_widget(output: Any) -> bool:
    return WIDGET in output.get("data", {})


def main() -> None:
    """Run all notebooks, each in an empty folder, and store them."""
    import nbformat

    for path in paths():
        with TemporaryDirectory() as folder:
            notebook = executed(read(path), Path(folder))
        nbformat.write(notebook, path)


if __name__ == "__main__":
    main()
