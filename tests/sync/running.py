"""Processes of the portal that are killed or kill themselves."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
KILLED = -signal.SIGKILL


def environment(settings: Settings, crash_at: str = "") -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("SAMBAND_")}
    return own | {
        "SAMBAND_DATA_DIR": str(settings.data_dir),
        "SAMBAND_CRASH_AT": crash_at,
        "SAMBAND_SEARCH": settings.search,
        "SAMBAND_MEILISEARCH_URL": settings.meilisearch_url,
        "SAMBAND_MEILISEARCH_KEY": settings.meilisearch_key.get_secret_value(),
        "SAMBAND_MEILISEARCH_NAME": settings.meilisearch_name,
    }


def samband(settings: Settings, *arguments: str, crash_at: str = "") -> int:
    """Exit code of one command."""
    command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(settings, crash_at), check=False, capture_output=True, timeout=900
    )
    return done.returncode


def start_writer(settings: Settings, name: str, number: int, crash_at: str = "") -> subprocess.Popen[str]:
    """Says each record that was kept on a line of its own; they are `name-0`, `name-1` …"""
    command = [sys.executable, "-m", "tests.sync.writer", name, str(number)]
    return subprocess.Popen(command, cwd=ROOT, env=environment(settings, crash_at), stdout=subprocess.PIPE, text=True)
