"""Running an ONNX graph: one session for each number of threads."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


class Session:
    """A graph, loaded when it is first run; may be run from several threads."""

    def __init__(self, path: Path, inputs: tuple[str, ...]) -> None:
        self._path = path
        self._inputs = inputs
        self._sessions: dict[int, Any] = {}  # By number of threads.
        self._lock = threading.Lock()

    def run(self, values: Mapping[str, npt.NDArray[np.int64]], *, threads: int) -> npt.NDArray[np.float32]:
        """The graph's output for those of the values that it takes."""
        found: npt.NDArray[np.float32] = self._loaded(threads).run(None, {name: values[name] for name in self._inputs})[0]
        return found

    def _loaded(self, threads: int) -> Any:
        with self._lock:
            if threads not in self._sessions:
                onnxruntime = silent_onnxruntime()
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = threads
                options.inter_op_num_threads = 1
                options.log_severity_level = 3
                self._sessions[threads] = onnxruntime.InferenceSession(
                    str(self._path), options, providers=["CPUExecutionProvider"]
                )
            return self._sessions[threads]


def silent_onnxruntime() -> Any:
    """The package onnxruntime, told to report nothing.

    From 1.29 on it otherwise keeps a record of each model that it runs in the
    user's home, and sends it to its maker. It asks when it is first imported.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # Where somebody else imported it before.
    return onnxruntime


def cores() -> int:
    """How many of the processor's cores this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
