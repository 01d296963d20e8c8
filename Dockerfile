# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
# Every dependency has a wheel for amd64 and arm64, so neither stage needs a compiler.
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
    && python -m venv --without-pip /opt/heliograph \
    && python -m pip --python /opt/heliograph/bin/python install --no-cache-dir --only-binary :all: \
       "heliograph[server,s3] @ file://$(echo /wheels/heliograph-*.whl)"

FROM python:3.13-slim
ARG VERSION=unreleased
LABEL org.opencontainers.image.title="Heliograph" \
      org.opencontainers.image.description="The open, self-hosted server of the Sunshine Conversations API v2" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
RUN groupadd --gid 10001 heliograph \
    && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /data --shell /usr/sbin/nologin heliograph \
    && install --directory --owner 10001 --group 10001 --mode 0750 /data
COPY --from=build /opt/heliograph /opt/heliograph
ENV PATH=/opt/heliograph/bin:$PATH
USER 10001:10001
# The only folder that is written; the home folder, so that the master key of a PostgreSQL database is kept in it too.
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --start-interval=1s CMD ["heliograph", "wait", "--timeout", "1"]
ENTRYPOINT ["heliograph"]
CMD ["serve", "--host", "0.0.0.0", "--database", "sqlite:////data/heliograph.db"]
