"""The asyncio client behind the sync client's calls, so that one suite tests both."""

import asyncio
import threading

from wattloom.network.client import AsyncClient


class Blocking:
    def __init__(self, addresses, **options):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._client = self._await(self._make(addresses, options))

    async def _make(self, addresses, options):
        return AsyncClient(addresses, **options)

    def _await(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def __getattr__(self, name):
        call = getattr(self._client, name)
        if name in ("events", "blocks"):
            return lambda *args, **options: self._iterate(call(*args, **options))
        return lambda *args, **options: self._await(call(*args, **options))

    def _iterate(self, stream):
        try:
            while True:
                try:
                    yield self._await(anext(stream))
                except StopAsyncIteration:
                    return
        finally:
            self._await(stream.aclose())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._await(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
