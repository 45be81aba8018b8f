# kith as a container: one image for every role. By itself it brings its own PostgreSQL, kept in
# /data; docker-compose.yml shows the roles apart, on a PostgreSQL and a Kafka of their own.
#
#   docker build --tag kith .
#   docker run -e KITH_JWT_SECRET=$(openssl rand -hex 32) -p 127.0.0.1:8000:8000 -v kith:/data kith
#
# It listens on every address of the container, so with the role `all` or `api` it doesn't start
# without KITH_JWT_SECRET or KITH_JWKS_URL. Keep the secret: tokens end with it.
FROM python:3.11-slim

# PostgreSQL refuses to run as root, and so does anything with good manners in a container.
RUN useradd --system --user-group --no-create-home kith \
    && install --directory --owner=kith --group=kith --mode=0700 /data

WORKDIR /app
COPY pyproject.toml requirements.lock ./
COPY domain domain
COPY application application
COPY projections projections
COPY infrastructure infrastructure
COPY api api
# The versions and the hashes of the lock, without the tools for development.
RUN sed '/^# For development/,$d' requirements.lock > /tmp/runtime.lock \
    && pip install --no-cache-dir --root-user-action=ignore --require-hashes -r /tmp/runtime.lock \
    && pip install --no-cache-dir --root-user-action=ignore --no-deps --no-build-isolation . \
    && rm /tmp/runtime.lock

# From an empty directory, so that Python takes the installed packages.
WORKDIR /data
USER kith
ENV KITH_HOST=0.0.0.0 KITH_PORT=8000 KITH_DATA_DIR=/data PYTHONUNBUFFERED=1
EXPOSE 8000
VOLUME /data
ENTRYPOINT ["kith"]
CMD ["serve"]
