"""The loss curve as a picture."""

import io

import polars as pl


def loss_picture(curve: pl.DataFrame, title: str) -> bytes:
    """Return a PNG of a `CURVE` table: training and held-out loss (nats per token) over steps."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(6.4, 3.6), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    names = {"train_loss": ("training", "#326ce5"), "validation_loss": ("held out", "#d9480f")}
    for column, (label, colour) in names.items():
        points = curve.select("step", column).drop_nulls()
        if points.height:
            axes.plot(points["step"], points[column], label=label, color=colour, linewidth=1.8)
    axes.set_title(title, fontsize=11)
    axes.set_xlabel("optimizer steps")
    axes.set_ylabel("loss (nats per token)")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.lines:
        axes.legend(frameon=False)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()
