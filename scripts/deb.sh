#!/usr/bin/env bash
# Makes target/debian/*.deb of a program that is built already: deb.sh [release|debug]
set -euo pipefail
cd "$(dirname "$0")/.."
version=3.8.0
profile=${1:-release}
target=${CARGO_TARGET_DIR:-target}
name=ssm-compliance-exporter
program=$target/$profile/$name
package=$target/package
tools=$target/cargo-deb-$version

[ -x "$program" ] || { echo "deb: build $program first" >&2; exit 1; }
if [ ! -x "$tools/bin/cargo-deb" ]; then
    # Unoptimised, because it does little: that takes half the time.
    cargo install --quiet --locked --debug --no-default-features --version $version --root "$tools" \
        --target-dir "$tools/build" cargo-deb
    rm -rf "$tools/build"
fi

mkdir -p "$package"
rm -f "$target"/debian/*.deb
"$program" man | gzip -9n >"$package/$name.1.gz"
"$program" completions bash >"$package/$name.bash"
"$program" completions fish >"$package/$name.fish"
"$program" completions zsh >"$package/_$name"
release=$(sed -n -E 's/^version = "(.*)"/\1/p' Cargo.toml | head -1)
# The time of the last change, so that the same sources make the same package.
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export SOURCE_DATE_EPOCH
{
    printf '%s (%s-1) unstable; urgency=medium\n\n' $name "$release"
    printf '  * See CHANGELOG.md in the sources.\n\n'
    printf ' -- %s  %s\n' "$(sed -n -E 's/^maintainer = "(.*)"/\1/p' Cargo.toml)" "$(date -R -u -d "@$SOURCE_DATE_EPOCH")"
} | gzip -9n >"$package/changelog.Debian.gz"

# cargo-deb takes "target/release" for the folder of the profile.
[ "$profile" = debug ] && profile=dev
"$tools/bin/cargo-deb" --quiet --no-build --no-strip --profile "$profile" --output "$target/debian/"
