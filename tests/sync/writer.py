"""A process that writes records as fast as it can and says which were kept: `python -m tests.sync.writer NAME N`."""

import sys
from pathlib import Path

from app.crash_points import arm
from app.db import make_engine, transaction
from app.settings import get_settings
from tests.sync.records import add


def main(name: str, number: int) -> None:
    settings = get_settings()
    database = make_engine(settings.sqlalchemy_url)
    arm(settings.crash_at)
    for one in range(number):
        key = f"{name}-{one}"
        with transaction(database, actor="writer") as session:
            add(session, key)
        sys.stdout.write(f"{key}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    assert Path(get_settings().data_dir).is_dir()
    main(sys.argv[1], int(sys.argv[2]))
