#!/usr/bin/env python3
"""Reaches the exporter over TLS with what others reach it with: web.py EXPORTER_BINARY

curl, openssl and a real Prometheus, with certificates that openssl makes and passwords that the system's crypt(3) hashes.
Prints one line per failure, "N passed, N failed" last, and ends with 1 if anything failed.
"""

import contextlib
import json
import pathlib
import subprocess
import tempfile
import urllib.parse

from checks import Checks, binary
from programs import fetch, free_port, running, started, wait_for

USER, PASSWORD = "prometheus", "pass:word ü"
SALT = "$2y$10$abcdefghijklmnopqrstuu"
# What there is of TLS 1.2 with forward secrecy and authenticated encryption, in openssl's names.
SUITES = {f"ECDHE-RSA-{rest}" for rest in ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"]}
WEB = """
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_ca_file: ca.crt
  client_auth_type: VerifyClientCertIfGiven
  client_allowed_sans: [scraper.example.com]
basic_auth_users:
  {user}: '{hash}'
"""
PROMETHEUS = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: good
    scheme: https
    tls_config: {{ca_file: {folder}/ca.crt, cert_file: {folder}/client.crt, key_file: {folder}/client.key}}
    basic_auth: {{username: {user}, password: "{password}"}}
    static_configs: [{{targets: ["{target}"]}}]
  - job_name: wrong_password
    scheme: https
    tls_config: {{ca_file: {folder}/ca.crt}}
    basic_auth: {{username: {user}, password: wrong}}
    static_configs: [{{targets: ["{target}"]}}]
  - job_name: wrong_certificate
    scheme: https
    tls_config: {{ca_file: {folder}/ca.crt, cert_file: {folder}/other.crt, key_file: {folder}/other.key}}
    basic_auth: {{username: {user}, password: "{password}"}}
    static_configs: [{{targets: ["{target}"]}}]
"""

checks = Checks()


def openssl(*arguments, folder):
    subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, check=True, timeout=60)


def make_certificate(folder, name, san, *signer):
    """A key and a certificate; without a signer it signs itself."""
    names = ["-subj", f"/CN={name}", "-addext", f"subjectAltName={san}"] if san else ["-subj", f"/CN={name}"]
    files = ["-keyout", f"{name}.key", "-out", f"{name}.crt"]
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files, *signer, folder=folder)


def make_files(folder):
    make_certificate(folder, "ca", None)
    signer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-addext", "basicConstraints=critical,CA:FALSE"]
    for name, san in [
        ("server", "DNS:localhost,IP:127.0.0.1"),
        ("client", "DNS:scraper.example.com"),
        ("other", "DNS:other.example.com"),
    ]:
        make_certificate(folder, name, san, *signer)
    hashed = subprocess.run(["perl", "-e", "print crypt($ARGV[0], $ARGV[1])", PASSWORD, SALT], capture_output=True, check=True)
    (folder / "web.yml").write_text(WEB.format(user=USER, hash=hashed.stdout.decode()))


class Site:
    """The demo over TLS, and a Prometheus that scrapes it in three ways."""

    def __init__(self, address, folder, prometheus):
        self.address, self.folder, self.prometheus = address, folder, prometheus

    def curl(self, path, *options, certificate=None, user=f"{USER}:{PASSWORD}"):
        """Status and version of HTTP of an answer; a connection without one has status 0."""
        command = ["curl", "--silent", "--cacert", "ca.crt", "--output", "/dev/null", "--write-out", "%{http_code} %{http_version}"]
        command += ["--user", user] if user else []
        command += ["--cert", f"{certificate}.crt", "--key", f"{certificate}.key"] if certificate else []
        done = subprocess.run(
            [*command, *options, f"https://{self.address}{path}"], cwd=self.folder, capture_output=True, timeout=30, check=False
        )
        code, version = done.stdout.decode().split()
        return int(code), version

    def shakes_hands(self, *options):
        command = ["openssl", "s_client", "-connect", self.address, *options]
        done = subprocess.run(command, input=b"", capture_output=True, timeout=30, check=False)
        return done.returncode == 0

    def up(self):
        found = json.loads(fetch(f"{self.prometheus}/api/v1/query?query=up"))["data"]["result"]
        return {row["metric"]["job"]: row["value"][1] for row in found}


@checks.check
def curl_http1(site):
    """curl is answered by HTTP/1.1 over TLS 1.2 and 1.3."""
    assert site.curl("/metrics", "--http1.1", "--tls-max", "1.2") == (200, "1.1")
    assert site.curl("/metrics", "--http1.1", "--tlsv1.3") == (200, "1.1")


@checks.check
def curl_http2(site):
    """curl is answered by HTTP/2, compressed and not."""
    assert site.curl("/metrics", "--http2") == (200, "2")
    assert site.curl("/metrics", "--http2", "--compressed") == (200, "2")
    assert site.curl("/none", "--http2") == (404, "2")


@checks.check
def curl_certificates(site):
    """A client's certificate is good with the allowed name only."""
    assert site.curl("/-/healthy", certificate="client") == (200, "2")
    assert site.curl("/-/healthy", certificate="other")[0] == 0


@checks.check
def curl_logins(site):
    """Without the right password there is nothing."""
    for user in [None, f"{USER}:wrong", f"nobody:{PASSWORD}"]:
        assert site.curl("/-/healthy", user=user)[0] == 401, user


@checks.check
def versions(site):
    """openssl agrees on TLS 1.2 and 1.3, and on nothing older."""
    # Debian's openssl offers what is old only at this level.
    spoken = {version for version in ["1", "1_1", "1_2", "1_3"] if site.shakes_hands(f"-tls{version}", "-cipher", "ALL:@SECLEVEL=0")}
    assert spoken == {"1_2", "1_3"}, spoken


@checks.check
def suites(site):
    """openssl agrees on suites with forward secrecy and authenticated encryption, and on no other."""
    listed = subprocess.run(["openssl", "ciphers", "-s", "-tls1_2", "ALL:@SECLEVEL=0"], capture_output=True, check=True)
    offered = [name for name in listed.stdout.decode().strip().split(":") if not name.startswith(("TLS_", "PSK", "SRP"))]
    agreed = {name for name in offered if site.shakes_hands("-tls1_2", "-cipher", f"{name}:@SECLEVEL=0")}
    assert agreed == SUITES, agreed ^ SUITES


@checks.check
def curves(site):
    """openssl agrees on the three curves."""
    agreed = {name for name in ["X25519", "P-256", "P-384", "P-521", "X448"] if site.shakes_hands("-groups", name)}
    assert agreed == {"X25519", "P-256", "P-384"}, agreed


@checks.check
def no_renegotiation(site):
    """There is neither compression nor renegotiation by a client."""
    command = ["openssl", "s_client", "-connect", site.address, "-tls1_2"]
    said = subprocess.run(command, input=b"R\n", capture_output=True, timeout=30, check=False).stdout.decode()
    assert "Compression: NONE" in said and "Secure Renegotiation IS supported" in said


@checks.check
def prometheus_scrapes(site):
    """Prometheus scrapes with tls_config and basic_auth, and only with the right ones."""
    wanted = {"good": "1", "wrong_password": "0", "wrong_certificate": "0"}
    wait_for("all three were scraped", lambda: site.up() == wanted, 20)


@contextlib.contextmanager
def prometheus(folder, target):
    config = folder / "prometheus.yml"
    config.write_text(PROMETHEUS.format(folder=folder, target=target, user=USER, password=PASSWORD))
    port = free_port()
    flags = [f"--config.file={config}", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"]
    with running("prometheus", *flags):
        wait_for("Prometheus is ready", lambda: fetch(f"http://127.0.0.1:{port}/-/ready"))
        yield f"http://127.0.0.1:{port}"


def main():
    exporter = binary("web.py EXPORTER_BINARY")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_files(folder)
        flags = ["--web.listen-address=127.0.0.1:0", "--sim.instances=50", f"--web.config.file={folder}/web.yml"]
        with started(exporter, "demo", r"metrics +(\S+)", *flags) as page:
            address = urllib.parse.urlsplit(page).netloc
            with prometheus(folder, address) as url:
                failures = checks.failures(Site(address, folder, url))
    checks.report(failures)


if __name__ == "__main__":
    main()
