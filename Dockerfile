# One image for every process: `videovisit serve`, `videovisit media`, `videovisit migrate`.
# tests/house/test_dockerfile.py executes these RUN lines in a bare Debian root.
FROM debian:bookworm-slim

RUN apt-get update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends ca-certificates python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*

COPY . /src
RUN python3 -m venv /opt/videovisit \
 && /opt/videovisit/bin/pip install --no-cache-dir /src \
 && rm -rf /src

RUN useradd --system --home-dir /var/lib/videovisit --create-home videovisit
ENV PATH=/opt/videovisit/bin:$PATH
WORKDIR /var/lib/videovisit
USER videovisit
EXPOSE 8443/tcp 40000/udp
ENTRYPOINT ["videovisit"]
CMD ["serve"]
