# A small image that speaks, without torch:
#
#   docker build --build-arg VOICE=voices/me -t glowvox .
#   docker run --rm glowvox "Hello there." -o - > hello.wav
#   echo "Line by line." | docker run --rm -i glowvox say --loop --raw | aplay -r 22050 -f S16_LE -t raw -
#
# VOICE is a voice folder or a .glowvox file inside the build context, written by `glowvox export`.

FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY src src
RUN pip wheel --no-cache-dir --wheel-dir /wheels .

FROM python:3.12-slim
ARG VOICE
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links /wheels glowvox && rm -rf /wheels \
    && useradd --create-home speaker
USER speaker
COPY ${VOICE} /tmp/voice/
RUN cd /tmp/voice && case "${VOICE}" in *.glowvox) glowvox voices add *.glowvox ;; *) glowvox voices add . ;; esac \
    && glowvox doctor
WORKDIR /home/speaker
ENTRYPOINT ["glowvox"]
CMD ["--help"]
