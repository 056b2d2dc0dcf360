"""The set-up of docs/running.md on loopback: PostgreSQL, two web processes, a worker, Debian's nginx before them.

With a Meilisearch, web processes hold the key that reads, the worker and the commands also the one that writes.
"""

import os
import re
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from app.cli import commands
from search.meili_server import Server
from tests.operations.postgres import absent
from tests.operations.processes import end, free_port, wait_until
from tests.search.meili import OwnServer

ROOT = Path(__file__).resolve().parents[2]
NAME = "samband.test"
INDEXES = "site"
SUGGESTIONS_A_MINUTE = 5
GENEROUS = "100000"


def has_worker() -> bool:
    return any(command.name == "worker" for command in commands.registered_commands) or any(
        getattr(command.callback, "__name__", "") == "worker" for command in commands.registered_commands
    )


class Site:
    """`web` and `worker` are the running processes by name; `start` after `kill` is what systemd would do."""

    def __init__(self, folder: Path, database_url: str, search: OwnServer | None = None) -> None:
        self.folder = folder
        self.search = search
        self.database_url = database_url
        self.data_dir = folder / "data"
        self.ports = {"web-1": free_port(), "web-2": free_port()}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.http_port, self.https_port = free_port(), free_port()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("SAMBAND_")} | {
            "SAMBAND_BASE_URL": f"https://{NAME}",
            "SAMBAND_SECRET": secrets.token_urlsafe(48),
            "SAMBAND_DATA_DIR": str(self.data_dir),
            "SAMBAND_DATABASE_URL": database_url,
            "SAMBAND_FORWARDED_ALLOW_IPS": "127.0.0.1",
            "SAMBAND_ALLOWED_HOSTS": "127.0.0.1",
            "SAMBAND_METRICS": "true",
            "SAMBAND_SEARCH_LIMIT_PER_MINUTE": GENEROUS,
            "SAMBAND_API_LIMIT_PER_MINUTE": GENEROUS,
            "SAMBAND_SUGGEST_LIMIT_PER_MINUTE": str(SUGGESTIONS_A_MINUTE),
        }
        self.of_writers: dict[str, str] = {}
        if search:
            self._use(search)

    def _use(self, search: OwnServer) -> None:
        keys = Server(search.address.url, search.address.key, INDEXES).make_keys()
        self.environment |= {
            "SAMBAND_SEARCH": "meilisearch",
            "SAMBAND_MEILISEARCH_URL": search.address.url,
            "SAMBAND_MEILISEARCH_NAME": INDEXES,
            "SAMBAND_MEILISEARCH_READING_KEY": keys.reading,
        }
        self.of_writers = {"SAMBAND_MEILISEARCH_KEY": keys.writing}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-c", "from app.cli import main; main()", *arguments]

    def run(self, *arguments: str) -> str:
        command = self.command(*arguments)
        return subprocess.run(
            command, cwd=ROOT, env=self.environment | self.of_writers, check=True, capture_output=True, text=True
        ).stdout

    def start(self, name: str) -> None:
        if name == "meilisearch" and self.search:
            return self.search.start()
        arguments = ("worker",) if name == "worker" else ("serve", "--port", str(self.ports[name]))
        environment = self.environment | (self.of_writers if name == "worker" else {})
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.command(*arguments), cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        return None

    def kill(self, name: str) -> None:
        if name == "meilisearch" and self.search:
            return self.search.kill()
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()
        return None

    def stop(self) -> None:
        for process in reversed(self.running.values()):
            end(process)

    def health(self, name: str, what: str = "ready") -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.ports[name]}/health/{what}", timeout=10)

    def is_serving(self, name: str) -> bool:
        if self.running[name].poll() is not None:
            raise AssertionError(f"{name} ended:\n{(self.folder / f'{name}.log').read_text()[-3000:]}")
        try:
            return self.health(name, "live").status_code == 200
        except httpx.TransportError:
            return False

    def wait_for(self, *names: str) -> None:
        for name in names:
            wait_until(lambda name=name: self.is_serving(name), f"{name} serves", 120)  # type: ignore[misc]

    @contextmanager
    def client(self) -> "Iterator[Browser]":
        context = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        with httpx.Client(verify=context, timeout=20) as client:
            yield Browser(client, f"https://127.0.0.1:{self.https_port}")

    def logs(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self.folder.glob("*.log"))


class Browser:
    """Asks nginx by TLS under the portal's name."""

    def __init__(self, client: httpx.Client, address: str) -> None:
        self.client, self.address = client, address

    def get(self, path: str, **headers: str) -> httpx.Response:
        named = {"Host": NAME, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.get(f"{self.address}{path}", headers=named, extensions={"sni_hostname": NAME})


def nginx_binary() -> str:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin") or absent("nginx is not on this machine")


def certificate(folder: Path) -> None:
    subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run(["openssl", "req", *kind, *files, *subject], check=True, capture_output=True)


def shipped(site: Site) -> str:
    """The files of deploy/nginx with this run's name, ports and folders in the places that are to be changed."""
    upstream = (ROOT / "deploy/nginx/samband-upstream.conf").read_text()
    text = (ROOT / "deploy/nginx/samband.conf").read_text()
    for port, name in (("8001", "web-1"), ("8002", "web-2")):
        assert f"127.0.0.1:{port}" in upstream
        upstream = upstream.replace(f"127.0.0.1:{port}", f"127.0.0.1:{site.ports[name]}")
    text = text.replace("samband.example", NAME)
    text = re.sub(r"listen 80\b", f"listen 127.0.0.1:{site.http_port}", text)
    text = re.sub(r"listen 443\b", f"listen 127.0.0.1:{site.https_port}", text)
    text = text.replace("/etc/ssl/samband/fullchain.pem", str(site.folder / "cert.pem"))
    text = text.replace("/etc/ssl/samband/privkey.pem", str(site.folder / "key.pem"))
    text = text.replace("/var/log/nginx/samband-error.log", str(site.folder / "nginx-error.log"))
    return upstream + text.replace("/var/log/nginx/samband.log", str(site.folder / "nginx-access.log"))


def nginx_configuration(site: Site) -> str:
    places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{place}_temp_path {site.folder / 'nginx-tmp' / place};" for place in places)
    user = "user root;" if os.geteuid() == 0 else ""
    return (
        f"{user}\ndaemon off;\nworker_processes 1;\npid {site.folder / 'nginx.pid'};\n"
        f"error_log {site.folder / 'nginx-start.log'} crit;\nevents {{ worker_connections 256; }}\n"
        f"http {{\naccess_log off;\n{temporary}\n{shipped(site)}\n}}\n"
    )


@contextmanager
def nginx(site: Site) -> Iterator[None]:
    binary = nginx_binary()
    certificate(site.folder)
    (site.folder / "nginx-tmp").mkdir()
    configuration = site.folder / "nginx.conf"
    configuration.write_text(nginx_configuration(site))
    command = [binary, "-c", str(configuration), "-p", str(site.folder), "-e", str(site.folder / "nginx-start.log")]
    tested = subprocess.run([*command, "-t"], check=False, capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        end(process)


@contextmanager
def running_site(folder: Path, seeded: Path, database_url: str, search: OwnServer | None = None) -> Iterator[Site]:
    """The portal moves from SQLite to PostgreSQL as docs/running.md says, then everything is started."""
    site = Site(folder, database_url, search)
    shutil.copytree(seeded, site.data_dir)
    moved = site.data_dir / "samband.sqlite3"
    site.run("copy-database", f"sqlite:///{moved}")
    for path in site.data_dir.glob("samband.sqlite3*"):
        path.unlink()
    if search:
        site.run("reindex")
    names = ["web-1", "web-2", *(["worker"] if has_worker() else [])]
    try:
        for name in names:
            site.start(name)
        with nginx(site):
            site.wait_for("web-1", "web-2")
            with site.client() as browser:
                wait_until(lambda: browser.get("/en/about").status_code == 200, "nginx answers")
            yield site
    finally:
        site.stop()
