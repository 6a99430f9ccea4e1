# syntax=docker/dockerfile:1

FROM node:20-bookworm-slim AS node

FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends cmake && rm -rf /var/lib/apt/lists/*
# The dashboard's build minifies and compresses the files for browsers.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/source/target \
    cargo xtask dashboard \
    && cargo build --release --locked --package edgewise --features dashboard \
    && cp target/release/edgewise /edgewise

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/edgewise edgewise
COPY --from=build /edgewise /usr/local/bin/edgewise
USER edgewise
# The default data directory of `serve` and `control` is ./data below this directory.
WORKDIR /var/lib/edgewise
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s \
    CMD ["curl", "--fail", "--silent", "--show-error", "http://127.0.0.1:3000/ready"]
ENTRYPOINT ["edgewise"]
CMD ["serve"]
