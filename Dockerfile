# kith as a container: one image for every role. By itself it brings its own PostgreSQL, kept in
# /data; docker-compose.yml shows the roles apart, on a PostgreSQL and a Kafka of their own.
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
# As a constraint the lock gives the exact versions, without the tools for development.
RUN PIP_CONSTRAINT=requirements.lock pip install --no-cache-dir --root-user-action=ignore .

# From an empty directory, so that Python takes the installed packages.
WORKDIR /data
USER kith
ENV KITH_HOST=0.0.0.0 KITH_PORT=8000 KITH_DATA_DIR=/data PYTHONUNBUFFERED=1
EXPOSE 8000
VOLUME /data
ENTRYPOINT ["kith"]
CMD ["serve"]
