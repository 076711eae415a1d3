"""Masking: MB/s through a stream's masker, with three secrets in all their spellings, against a plain copy.

Run: python bench/masking.py
"""

from __future__ import annotations

import time

from eventa_cockpit.runner.supervisor.masking import Masker

SECRETS = ("ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6", "p@ss w0rd-'long'&<odd>", "sk_live_51HxYzAbCdEfGh")
LINE = b"2026-01-01T00:00:00Z INFO request served path=/api/v1/events status=200 dur=12ms\n"
WITH_SECRET = b"2026-01-01T00:00:00Z DEBUG header authorization=ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6\n"
CHUNK = 1 << 17
TOTAL = 48 << 20


def throughput(masker: Masker, chunk: bytes) -> float:
    """MB/s."""
    began = time.perf_counter()
    for _ in range(TOTAL // len(chunk)):
        masker.feed(chunk)
    masker.flush()
    return TOTAL / 1e6 / (time.perf_counter() - began)


def main() -> None:
    clean = (LINE * (CHUNK // len(LINE) + 1))[:CHUNK]
    coloured = clean.replace(b"INFO", b"\x1b[32mINFO\x1b[0m")
    sprinkled = clean[: CHUNK // 2] + WITH_SECRET + clean[CHUNK // 2 :]
    print(f"no secrets        {throughput(Masker(()), clean):9.0f} MB/s")
    print(f"secrets, coloured {throughput(Masker(SECRETS), coloured):9.0f} MB/s")
    print(f"secrets, one hit in each chunk {throughput(Masker(SECRETS), sprinkled):6.0f} MB/s")
    print(f"masking: {throughput(Masker(SECRETS), clean):.0f} MB/s (target: 20 or more)")


if __name__ == "__main__":
    main()
