# syntax=docker/dockerfile:1
# docs/container.md says how to build and check it. Dependabot proposes new digests.

FROM docker.io/library/rust:1.95-bookworm@sha256:6258907abe69656e41cd992e0b705cdcfabcbbe3db374f92ed2d47121282d4a1 AS tools
# With it, the program carries the list of its dependencies, which scanners of images read.
RUN cargo install --locked --root /usr/local cargo-auditable@0.7.7
# Kernels of arm64 have pages of 4 to 64 KiB, and the allocator must be built for the largest it may meet.
RUN if [ "$(uname -m)" = aarch64 ]; then printf '[env]\nJEMALLOC_SYS_WITH_LG_PAGE = "16"\n' >"$CARGO_HOME/config.toml"; fi
WORKDIR /src

# The manifests, and of the sources only what Cargo must find: without contents, so that the next stage stays cached until a
# manifest changes.
FROM tools AS manifests
COPY . .
RUN find . -type f ! -name 'Cargo.*' ! -name main.rs ! -name lib.rs -delete \
    && find . -name '*.rs' -exec sh -c 'echo "fn main() { }" >"$1"' sh {} \;

# The dependencies, in a layer of their own: they are most of the build.
FROM tools AS dependencies
COPY --from=manifests /src .
RUN cargo auditable build --locked --release --bin ssm-compliance-exporter

FROM dependencies AS build
# The git revision that --version and aws_ssm_exporter_build_info tell: the image is built without .git.
ARG SOURCE_REVISION
COPY . .
# Cargo goes by times, and those of the sources are older than what stood in for them.
RUN find . -name '*.rs' -not -path './target/*' -exec touch {} + \
    && cargo auditable build --locked --release --bin ssm-compliance-exporter

# glibc, CA certificates and nothing else: no shell.
FROM gcr.io/distroless/cc-debian13:nonroot@sha256:54df941ed0d06a1bd95ef5e0ce391fd8d9f94b64782dc9a60062727849ee3f97
ARG SOURCE_REVISION
ARG VERSION
LABEL org.opencontainers.image.title="ssm-compliance-exporter" \
      org.opencontainers.image.description="Prometheus exporter for AWS Systems Manager Compliance" \
      org.opencontainers.image.url="https://github.com/ssm-compliance-exporter/ssm-compliance-exporter" \
      org.opencontainers.image.source="https://github.com/ssm-compliance-exporter/ssm-compliance-exporter" \
      org.opencontainers.image.documentation="https://github.com/ssm-compliance-exporter/ssm-compliance-exporter/blob/main/docs/container.md" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="gcr.io/distroless/cc-debian13:nonroot" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${SOURCE_REVISION}"
COPY --from=build --chmod=0755 /src/target/release/ssm-compliance-exporter /usr/bin/ssm-compliance-exporter
COPY LICENSE /usr/share/doc/ssm-compliance-exporter/LICENSE
# By number, so that Kubernetes can verify runAsNonRoot.
USER 65532:65532
EXPOSE 10068
# Asks the default address: give the same --web.listen-address here if you change it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["/usr/bin/ssm-compliance-exporter", "healthcheck"]
ENTRYPOINT ["/usr/bin/ssm-compliance-exporter"]
