"""Running an ONNX graph, with one session for each number of threads."""

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from articles_qa.index.errors import IndexMismatchError, QaError

PRECISE = "session.x64quantprecision"  # Has no effect on processors whose 8-bit sums saturate in no case.


class Session:
    """A graph, loaded when it is first run; several threads may run it.

    `graph` is its file, or makes its bytes. `precise` keeps sums of 8-bit numbers exact where they would saturate.
    """

    def __init__(self, graph: Path | Callable[[], bytes], inputs: tuple[str, ...], *, precise: bool = False) -> None:
        self._graph = graph
        self._inputs = inputs
        self._precise = precise
        self._sessions: dict[int, Any] = {}  # By number of threads.
        self._lock = threading.Lock()

    def run(self, values: Mapping[str, npt.NDArray[np.int64]], *, threads: int) -> npt.NDArray[np.float32]:
        """Return the graph's output for its inputs among these values.

        Raises:
            IndexMismatchError: onnxruntime cannot load or run the graph.
        """
        try:
            found: npt.NDArray[np.float32] = self._loaded(threads).run(None, {name: values[name] for name in self._inputs})[0]
        except (MemoryError, QaError):
            raise
        except Exception as error:  # onnxruntime's own have no public base class.
            reason = " ".join(str(error).split())[:200]
            where = str(self._graph) if isinstance(self._graph, Path) else "the reader"
            advice = "delete the folder of a cached model, it is made again, or install the program again"
            raise IndexMismatchError(f"{where}: onnxruntime cannot run it ({reason}); {advice}") from error
        return found

    def _loaded(self, threads: int) -> Any:
        with self._lock:
            if threads not in self._sessions:
                onnxruntime = silent_onnxruntime()
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = threads
                options.inter_op_num_threads = 1
                options.log_severity_level = 4  # Errors are raised; their lines would come on top.
                if self._precise:
                    options.add_session_config_entry(PRECISE, "1")
                graph = str(self._graph) if isinstance(self._graph, Path) else self._graph()
                self._sessions[threads] = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
            return self._sessions[threads]


def silent_onnxruntime() -> Any:
    """Import onnxruntime with its telemetry off.

    From 1.29 on onnxruntime otherwise records each model that it runs in the
    user's home, and sends the record to its maker. The import reads the setting.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # For an earlier import by other code.
    return onnxruntime


def cores() -> int:
    """Return how many of the processor's cores this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
