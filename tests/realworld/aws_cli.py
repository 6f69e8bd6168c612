"""The real AWS CLI as the program `aws`, at a fraction of its start time: aws_cli.py COMMAND... {aws} ...

The CLI takes most of a second to start, and a test that runs many hundred commands cannot wait for that. Here it is
loaded once; `installed` makes a program `aws` that hands its arguments, environment and file descriptors to the loaded
one, which runs them in a fork of itself. What runs is the CLI of .venv, unchanged.

As a program it runs a command in which `{aws}` is the path of that `aws`, and ends with the command's exit code.
"""

import contextlib
import gc
import io
import json
import os
import pathlib
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import traceback

import awscli.clidriver

# Hands over and waits; it runs once for every command, so it imports as little as it can.
CLIENT = """#!{python} -IS
import json, os, socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.connect({path!r})
request = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode()
socket.send_fds(connection, [len(request).to_bytes(4, "big")], [0, 1, 2])
connection.sendall(request)
answer = connection.recv(1)
sys.exit(answer[0] if answer else 1)
"""


@contextlib.contextmanager
def installed(directory):
    """Puts the program `aws` into a directory, for as long as the context lasts."""
    path = str(pathlib.Path(directory, "aws.socket"))
    # Whatever the forks have in common is loaded before the first of them.
    session = awscli.clidriver.create_clidriver().session
    for service in ["ssm", "ec2"]:
        session.create_client(service, "us-east-1", aws_access_key_id="none", aws_secret_access_key="none")
    loader = session.get_component("data_loader")
    warm_up(loader)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    threading.Thread(target=serve, args=[listener, loader], daemon=True).start()
    program = pathlib.Path(directory, "aws")
    program.write_text(CLIENT.format(python=sys.executable, path=path))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    try:
        yield program
    finally:
        listener.close()


def warm_up(loader):
    """Runs commands that call nothing, so that no fork has to import what they need."""
    names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"]
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "us-east-1"))
    with contextlib.redirect_stdout(io.StringIO()):
        for form in ["json", "text", "table"]:
            driver = awscli.clidriver.create_clidriver()
            driver.session.register_component("data_loader", loader)
            driver.main(["ec2", "describe-regions", "--output", form, "--generate-cli-skeleton", "output"])
    os.environ.update({name: value for name, value in before.items() if value is not None})
    for name in (name for name, value in before.items() if value is None):
        del os.environ[name]
    # Memory that the collector does not touch stays shared with the forks.
    gc.freeze()


def serve(listener, loader):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=answer, args=[connection, loader], daemon=True).start()


def answer(connection, loader):
    with connection:
        head, descriptors, _, _ = socket.recv_fds(connection, 4, 3)
        request = read(connection, int.from_bytes(head, "big"))
        child = os.fork()
        if child == 0:
            os._exit(run(*json.loads(request), descriptors, loader))
        for descriptor in descriptors:
            os.close(descriptor)
        _, status = os.waitpid(child, 0)
        connection.sendall(bytes([os.waitstatus_to_exitcode(status) & 255]))


def read(connection, size):
    data = b""
    while len(data) < size:
        data += connection.recv(size - len(data))
    return data


def run(arguments, environment, directory, descriptors, loader):
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
    os.chdir(directory)
    # Where the CLI finds its own data, which it has noted in the environment when it was loaded.
    own_data = os.environ["AWS_DATA_PATH"]
    os.environ.clear()
    os.environ.update(environment, AWS_DATA_PATH=own_data)
    sys.argv = ["aws", *arguments]
    try:
        # A driver of its own: it reads the environment when it is made.
        driver = awscli.clidriver.create_clidriver()
        driver.session.register_component("data_loader", loader)
        code = driver.main(arguments)
    except BaseException as error:  # The fork must end here, whatever happens.
        if not isinstance(error, SystemExit):
            traceback.print_exc()
        code = error.code if isinstance(error, SystemExit) and isinstance(error.code, int) else 255
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def main():
    command = sys.argv[1:] or sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as directory, installed(directory) as program:
        done = subprocess.run([part.replace("{aws}", str(program)) for part in command], check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
