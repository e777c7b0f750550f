# The command with everything that it uses:
#   docker build -t ecgimg .
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
RUN pip install --no-cache-dir -c constraints.txt . && ecgimg doctor

RUN useradd --create-home --uid 1000 ecgimg
USER ecgimg
WORKDIR /data
ENTRYPOINT ["ecgimg"]
CMD ["--help"]
