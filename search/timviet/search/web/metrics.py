"""Figures for Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats."""

import os
import time

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from timviet.index.store import Index

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_METHODS = ("GET", "HEAD", "POST", "DELETE", "OPTIONS")
_FOUND = (0, 1, 10, 100, 1_000, 10_000, 100_000)


class Metrics:
    """What an app did since it was started.

    Args:
        index: the index that it searches.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._registry = CollectorRegistry()
        names = ["method", "route"]
        self._requests = Counter("timviet_requests", "Requests.", [*names, "status"], registry=self._registry)
        self._latency = Histogram(
            "timviet_latency_seconds", "Until an answer was sent.", names, buckets=_SECONDS, registry=self._registry
        )
        self._found = Histogram(
            "timviet_results", "Paragraphs that searches found.", buckets=_FOUND, registry=self._registry
        )
        self._generation = Gauge(
            "timviet_index_generation",
            "The number of the last commit.",
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )

    def found(self, total: int) -> None:
        """Count a search that found so many paragraphs."""
        self._found.observe(total)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, status).inc()
        self._latency.labels(method, route).observe(seconds)

    def exposition(self) -> bytes:
        """Return the figures; where several processes serve, those of all."""
        self._generation.set(self._index.generation)
        registry = self._registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)
        return generate_latest(registry)


class Measuring:
    """Counts what an app answers.

    Args:
        app: the app.
        metrics: what counts.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def send_counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_counted)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.answered(scope["method"], route, status, time.perf_counter() - started)


def add_metrics(app: FastAPI, metrics: Metrics) -> None:
    """Have an app tell its figures."""

    @app.get("/metrics", include_in_schema=False)
    def exposition() -> Response:
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)
