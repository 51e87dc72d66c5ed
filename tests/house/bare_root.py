"""A bare Debian 12 in a directory: what a new machine has before our own files run."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

INCLUDE = "ca-certificates,git,make,python3"
# Where this machine keeps its registry settings; a bare root gets the same ones.
SETTINGS = (
    "/etc/apt/sources.list.d",
    "/etc/apt/apt.conf.d",
    "/etc/pip.conf",
    "/etc/npmrc",
    "/etc/xdg/pip",
    "/etc/hosts",
)
SETTINGS_FILES = ("/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt")
PASS_ON = (
    "PIP_",
    "SSL_CERT",
    "REQUESTS_CA",
    "NODE_EXTRA_CA",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP",
    "NO_PROXY",
    "npm_config_",
)
HOST_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
BUNDLE = "/etc/this-machine.crt"
TRUST = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")


def why_not() -> str | None:
    """What is missing to build one here, or None."""
    if os.geteuid() != 0:
        return "needs root for debootstrap and chroot"
    if shutil.which("debootstrap") is None:
        return "debootstrap is not installed"
    return None


class BareRoot:
    """Build with `build()`, run commands with `run()`, and `close()` to unmount."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def build(self) -> None:
        """Bootstrap Debian from this machine's own mirror; about a minute."""
        mirror = next(
            line.split()[1]
            for source in Path("/etc/apt/sources.list.d").glob("*.sources")
            for line in source.read_text().splitlines()
            if line.startswith("URIs:")
        )
        subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={INCLUDE}", "bookworm", str(self.path), mirror],
            check=True,
            capture_output=True,
        )
        for name in (*SETTINGS, *SETTINGS_FILES):
            source, target = Path(name), self.path / name.lstrip("/")
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)
            elif source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        for name in (".npmrc", ".config/pip/pip.conf"):
            source = Path.home() / name
            if source.is_file():
                target = self.path / "root" / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
        # The bundle again under its own name: installing ca-certificates inside rewrites the usual one.
        shutil.copyfile(HOST_BUNDLE, self.path / BUNDLE.lstrip("/"))
        for kind, name in (("proc", "proc"), ("sysfs", "sys")):
            subprocess.run(["mount", "-t", kind, kind, str(self.path / name)], check=True)
        subprocess.run(["mount", "--rbind", "/dev", str(self.path / "dev")], check=True)
        subprocess.run(["mount", "--make-rslave", str(self.path / "dev")], check=True)

    def run(
        self, command: str, *, user: str = "root", workdir: str = "/", path: str = "", timeout: float = 900
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell command inside; raises CalledProcessError with its output when it fails."""
        env = {k: v for k, v in os.environ.items() if k.startswith(PASS_ON)}
        env |= {
            "HOME": "/root" if user == "root" else "/tmp",
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            **dict.fromkeys(TRUST, BUNDLE),
            "PATH": f"{path}:" * bool(path) + "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        }
        inside = f"cd {shlex.quote(workdir)} && {command}"
        done = subprocess.run(
            ["chroot", f"--userspec={user}", str(self.path), "/bin/bash", "-c", inside],
            env=env,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            raise AssertionError(f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done

    def close(self) -> None:
        """Unmount; the directory itself is the caller's."""
        for name in ("dev", "sys", "proc"):
            subprocess.run(["umount", "-l", str(self.path / name)], check=False, capture_output=True)
