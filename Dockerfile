# A small image that speaks, without torch:
#
#   docker build -t glowvox .
#   docker run --rm glowvox "Hello there." -o - > hello.wav
#   echo "Line by line." | docker run --rm -i glowvox say --loop --raw | aplay -r 22050 -f S16_LE -t raw -
#
# Another voice than its own, a folder or .glowvox file written by `glowvox export`, is mounted:
#
#   docker run --rm -v "$PWD/voices:/voices:ro" glowvox "Hello there." --voice /voices/me -o - > hello.wav

FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src src
RUN pip wheel --no-cache-dir --wheel-dir /wheels .

FROM python:3.12-slim
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links /wheels glowvox && rm -rf /wheels \
    && useradd --create-home speaker
USER speaker
WORKDIR /home/speaker
RUN glowvox doctor
ENTRYPOINT ["glowvox"]
CMD ["--help"]
