# One image for every process of Handover; docker-compose.yml says which command runs in which container.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

WORKDIR /app

# The locked packages are a layer of their own, so that a change of the code alone installs nothing again.
COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore --require-hashes -r requirements.lock

RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin handover \
    && install --directory --owner=handover /app/data

COPY . .

USER handover

CMD ["python", "worker.py"]
