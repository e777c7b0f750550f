# The web page, and the command with everything that it uses:
#   docker compose up
#   docker run --rm --network none --user "$(id -u):$(id -g)" -v "$PWD:/data" ecgimg digitize photo.jpg -o out
FROM python:3.11-slim-bookworm

# tesseract reads printed speeds and gains where the package's own network is not certain.
RUN apt-get update \
    && apt-get install -y --no-install-recommends tesseract-ocr \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/ecgimg
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY ecgimg ecgimg
COPY layouts layouts
COPY synth synth
RUN pip install --no-cache-dir -c constraints.txt '.[web]' && ecgimg doctor

RUN useradd --create-home --uid 1000 ecgimg
USER ecgimg
WORKDIR /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health')"]
ENTRYPOINT ["ecgimg"]
CMD ["serve", "--host", "0.0.0.0"]
