"""FFmpeg filters over a stream of samples, in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import av
import av.filter
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

_LAYOUTS: Final = {1: "mono", 2: "stereo"}
_FORMAT: Final = "dblp"


class FilterGraph:
    """A chain of filters. It holds only the samples that its filters buffer."""

    def __init__(self, filters: Iterable[tuple[str, str]], *, sample_rate_hz: int, channels: int) -> None:
        """Chain ``filters``, pairs of a name and its arguments, for audio of one or two channels."""
        self._sample_rate_hz = sample_rate_hz
        self._layout = _LAYOUTS[channels]
        self._graph = av.filter.Graph()
        # Starting threads takes longer than filtering a short segment of one or two channels.
        self._graph.threads = 1
        arguments = f"sample_rate={sample_rate_hz}:sample_fmt={_FORMAT}:channel_layout={self._layout}"
        last = self._graph.add("abuffer", f"{arguments}:time_base=1/{sample_rate_hz}")
        for name, own_arguments in (*filters, ("aformat", f"sample_fmts={_FORMAT}"), ("abuffersink", "")):
            following = self._graph.add(name, own_arguments)
            last.link_to(following)
            last = following
        self._graph.configure()

    def run(self, samples: NDArray[np.float32]) -> Iterator[NDArray[np.float64]]:
        """Filter the next samples, an array of channels by samples, and yield the filtered samples that are ready."""
        if not samples.shape[1]:
            return
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples, dtype=np.float64), format=_FORMAT, layout=self._layout
        )
        frame.sample_rate = self._sample_rate_hz
        frame.pts = None
        self._graph.push(frame)
        yield from self._ready()

    def finish(self) -> Iterator[NDArray[np.float64]]:
        """End the stream, and yield the samples that the filters still hold."""
        self._graph.push(None)
        yield from self._ready()

    def _ready(self) -> Iterator[NDArray[np.float64]]:
        while True:
            try:
                frame = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            yield frame.to_ndarray().astype(np.float64, copy=False)
