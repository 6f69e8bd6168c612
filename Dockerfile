# syntax=docker/dockerfile:1

FROM docker.io/library/rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The git revision that --version and aws_ssm_exporter_build_info tell: the image is built without .git.
ARG SOURCE_REVISION
# Kernels of arm64 have pages of 4 to 64 KiB, and the allocator must be built for the largest it may meet.
ARG TARGETARCH
# The caches are no part of the layer, so the program is moved out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    if [ "${TARGETARCH}" = arm64 ]; then export JEMALLOC_SYS_WITH_LG_PAGE=16; fi \
    && cargo build --locked --release --bin ssm-compliance-exporter \
    && install -D -m 0755 target/release/ssm-compliance-exporter /out/ssm-compliance-exporter

# glibc, CA certificates and nothing else: no shell.
FROM gcr.io/distroless/cc-debian12:nonroot
ARG SOURCE_REVISION
LABEL org.opencontainers.image.title="ssm-compliance-exporter" \
      org.opencontainers.image.description="Prometheus exporter for AWS Systems Manager Compliance" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${SOURCE_REVISION}"
COPY --from=build /out/ssm-compliance-exporter /usr/bin/ssm-compliance-exporter
# By number, so that Kubernetes can verify runAsNonRoot.
USER 65532:65532
EXPOSE 10068
# Asks the default address: give the same --web.listen-address here if you change it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["/usr/bin/ssm-compliance-exporter", "healthcheck"]
ENTRYPOINT ["/usr/bin/ssm-compliance-exporter"]
