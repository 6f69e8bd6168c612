#!/usr/bin/env bash
# Builds the image where no registry can be reached, and runs it as a cluster would: read-only, without rights, with the demo.
# Needs root, Rust, and Debian's buildah, podman, runc and mmdebstrap. Takes as long as a release build. With PROGRAM, a program
# that is built already stands in for the compiler, too: that takes a minute. With TWICE=1, everything is compiled once more, to
# see whether the same layers come of it.
#
# The bases are stand-ins, made of Debian's packages and this machine's Rust, under the names of the real ones. So this proves
# the steps of the Dockerfile, and that the program needs no more than is in the last stage, but not what is in the real bases.
# What stands between single quotes is for other shells.
# shellcheck disable=SC2016
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${PROGRAM:-}
work=$PWD/.cache/image${program:+-of-program}
image=localhost/ssm-compliance-exporter:check
mkdir -p "$work"
revision=$(git rev-parse --short=12 HEAD) time=$(git log -1 --format=%ct)
export STORAGE_DRIVER=${STORAGE_DRIVER:-vfs}
store=(--root "$work/storage" --runroot "$work/run")
# crun fails where control groups cannot be made.
run() { podman "${store[@]}" --runtime=runc "$@"; }
build() { buildah "${store[@]}" "$@"; }

base() { # the name in the Dockerfile that has this word
    sed -n -E "s/^FROM ([^ @]*$1[^ @]*).*/\1/p" Dockerfile
}

commit() { # name, folder, settings...
    local container name=$1 folder=$2
    shift 2
    container=$(build from scratch)
    build add --quiet "$container" "$folder" / >/dev/null
    build config "$@" "$container"
    build commit --quiet --rm "$container" "$name" >/dev/null
}

stand_in_for_rust() {
    local root=$work/rust
    # debootstrap takes minutes to find out what depends on what.
    [ -e "$root/etc" ] || mmdebstrap --quiet --variant=minbase --include=ca-certificates,gcc,libc6-dev,make bookworm "$root"
    mkdir -p "$root/usr/local/cargo"
    # What this machine trusts.
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    if [ -n "$program" ]; then
        install -m 755 "$program" "$root/usr/local/cargo/program"
        printf '%s\n' '#!/bin/sh' 'if [ "$1" = auditable ]; then mkdir -p target/release' \
            'cp "$CARGO_HOME/program" target/release/ssm-compliance-exporter; fi' >"$root/usr/local/bin/cargo"
        chmod 755 "$root/usr/local/bin/cargo"
    else
        cp -a "$(rustc --print sysroot)"/{bin,lib} "$root/usr/local"
    fi
    commit "$(base rust)" "$root" --env CARGO_HOME=/usr/local/cargo
}

# As in distroless: the C library, what the compiler links, certificates, and no shell.
stand_in_for_distroless() {
    local root=$work/distroless from=$work/rust
    mkdir -p "$root"/{etc/ssl/certs,lib64,tmp} "$root/usr/lib/x86_64-linux-gnu" "$root/home/nonroot"
    ln -sfn usr/lib "$root/lib"
    cp -L "$from/lib64/ld-linux-x86-64.so.2" "$root/lib64"
    for library in libc.so.6 libm.so.6 libgcc_s.so.1 libdl.so.2 libpthread.so.0 libresolv.so.2 libnss_dns.so.2 libnss_files.so.2; do
        cp -L "$from/lib/x86_64-linux-gnu/$library" "$root/usr/lib/x86_64-linux-gnu"
    done
    cp "$from/etc/ssl/certs/ca-certificates.crt" "$root/etc/ssl/certs"
    echo 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >"$root/etc/passwd"
    echo 'nonroot:x:65532:' >"$root/etc/group"
    commit "$(base distroless)" "$root" --user 65532
}

# It has the program in it, which may be another one this time.
if [ -n "$program" ] || ! build inspect "$(base rust)" >/dev/null 2>&1; then stand_in_for_rust; fi
build inspect "$(base distroless)" >/dev/null 2>&1 || stand_in_for_distroless

# The stand-ins have not the digests of the real ones.
sed -E 's/^(FROM [^ ]+)@sha256:[0-9a-f]{64}/\1/' Dockerfile >"$work/Dockerfile"
build_image() { # name, settings...
    build bud --pull-never --isolation chroot --format docker --file "$work/Dockerfile" --tag "$1" "${@:2}" \
        --volume "${CARGO_HOME:-$HOME/.cargo}/registry:/usr/local/cargo/registry" \
        --timestamp "$time" \
        --build-arg VERSION="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)" \
        --build-arg SOURCE_REVISION="$revision" .
}
build_image "$image"

# Both limits, because the defaults are above what a container here may ask for.
limits=(--network=host --ulimit=nofile=1024:1024 --ulimit=nproc=1024:1024 --pull=never)
hardened=(--read-only --read-only-tmpfs=false --cap-drop=ALL --security-opt=no-new-privileges)
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
address=127.0.0.1:$port
passed=0 failed=0

check() { # sentence, command...
    local sentence=$1 output
    shift
    if output=$("$@" 2>&1); then
        passed=$((passed + 1))
        echo "ok: $sentence"
    else
        failed=$((failed + 1))
        printf 'FAILED: %s\n%s\n' "$sentence" "$output"
    fi
}

setting() { # template, expected
    local found
    found=$(run image inspect --format "$1" "$image")
    [ "$found" = "$2" ] || { echo "$found"; return 1; }
}

ended() {
    run stop --time 10 demo >/dev/null
    [ "$(run inspect --format '{{.State.ExitCode}}' demo)" = 0 ]
}

size=$(run image inspect --format '{{.Size}}' "$image")
of_base=$(run image inspect --format '{{.Size}}' "$(base distroless)")
echo "the image has $((size / 1024 / 1024)) MiB, $((of_base / 1024 / 1024)) of which the stand-in for its base"
check "it runs as a user by number" setting '{{.Config.User}}' 65532:65532
check "it tells its licence" setting '{{index .Config.Labels "org.opencontainers.image.licenses"}}' Apache-2.0
check "it tells its revision" setting '{{index .Config.Labels "org.opencontainers.image.revision"}}' "$revision"
check "its time is that of the commit" setting '{{.Created.Unix}}' "$time"
no_shell() { ! run run --rm "${limits[@]}" --entrypoint /bin/sh "$image" -c true; }
check "it has no shell" no_shell
check "it has a health check" setting '{{index .HealthCheck.Test 1}}' /usr/bin/ssm-compliance-exporter
if [ -n "${TWICE:-}" ]; then
    build_image "$image-again" --no-cache
    # Its settings name the containers in which it was built, so that two images never have the same id.
    layers=$(run image inspect --format '{{.RootFS.Layers}}' "$image-again")
    check "another build from nothing makes the same layers" setting '{{.RootFS.Layers}}' "$layers"
fi
# A program that was built elsewhere knows another revision.
[ -n "$program" ] || check "--version tells the revision" sh -c 'echo "$1" | grep -q "$2"' sh \
    "$(run run --rm "${limits[@]}" "${hardened[@]}" "$image" --version)" "$revision"

run run --detach --rm=false --name demo "${limits[@]}" "${hardened[@]}" \
    --health-cmd "[\"/usr/bin/ssm-compliance-exporter\",\"healthcheck\",\"--web.listen-address=$address\"]" \
    "$image" demo --web.listen-address="$address" >/dev/null
trap 'run rm --force demo >/dev/null 2>&1 || true' EXIT
check "the demo becomes ready" curl --fail --silent --retry 60 --retry-delay 1 --retry-all-errors "http://$address/-/ready"
check "the metrics are there" sh -c 'curl --fail --silent "http://$1/metrics" | grep -q "^aws_ssm_up{.* 1$"' sh "$address"
check "the health check passes" run healthcheck run demo
check "SIGTERM ends it with 0" ended

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
