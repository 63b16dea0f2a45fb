# docker build -t steno . && docker run -p 8000:8000 steno

FROM debian:bookworm-slim AS parts
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ca-certificates python3 python3-pip \
    && apt-get clean && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY scripts scripts
COPY engines /parts/engines
COPY models /parts/models
# Both do nothing for what setup has put into these folders. Without network the server says what is missing, and uses
# WebRTC's detector; it then needs a Whisper-compatible server, or --build-arg POCKETSPHINX=1.
RUN scripts/fetch-silero /parts/models || true
RUN scripts/fetch-sherpa /parts || mkdir -p /parts/engines/sherpa-onnx/include
# Of the engine, the image needs no header.
RUN mkdir /image && cp -r /parts/models /parts/engines /image && rm -rf /image/engines/sherpa-onnx/include

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        flite1-dev libcurl4-openssl-dev libpocketsphinx-dev libsoxr-dev libsqlite3-dev libssl-dev \
        libwebrtc-audio-processing-dev pkg-config zlib1g-dev \
    && apt-get clean && rm -rf /var/lib/apt/lists/*
# Debian builds sphinxbase's shared library for microphones too, with PulseAudio, X11 and LAPACK behind it. Its static
# library needs none of them here; without the links to the shared ones, the linker takes the static ones.
RUN cd /usr/lib/*-linux-gnu && rm libpocketsphinx.so libsphinxbase.so libwebrtc_audio_processing.so
WORKDIR /source
COPY --from=parts /parts/engines/sherpa-onnx/include engines/sherpa-onnx/include
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
# The symbols of the engine's libraries are a quarter of them, and only debuggers want them.
COPY --from=parts /image/engines /image/engines
RUN find /image/engines -name '*.so*' -exec strip --strip-unneeded {} +
# The cache keeps the compiled dependencies when only the sources have changed.
RUN --mount=type=cache,target=/source/.build \
    swift build -c release --product steno --static-swift-stdlib \
    && strip -o /usr/local/bin/steno .build/release/steno

FROM debian:bookworm-slim
# --build-arg FFMPEG=1 adds ffmpeg, for files that are not WAV; with what Debian's depends on it is 480 MB.
ARG FFMPEG=
# --build-arg ESPEAK=1 adds espeak-ng (GPL-3+), a program that neural voices need.
ARG ESPEAK=
# --build-arg POCKETSPHINX=1 adds the model of PocketSphinx, for TRANSCRIBER=pocketsphinx.
ARG POCKETSPHINX=
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        bzip2 ca-certificates libcurl4 libflite1 libsoxr0 libsqlite3-0 libssl3 libstdc++6 unzip ${ESPEAK:+espeak-ng} \
        ${FFMPEG:+ffmpeg} \
        ${POCKETSPHINX:+pocketsphinx-en-us} \
    && apt-get clean && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home steno \
    && install --directory --owner=steno --group=steno --mode=700 /var/lib/steno
WORKDIR /steno
COPY --from=build /usr/local/bin/steno bin/
COPY --from=parts /image/models models
COPY --from=build /image/engines engines
COPY LICENSE entrypoint.sh test.wav ./
USER steno
ENV HOST=0.0.0.0 STATE_DIR=/var/lib/steno PATH=/steno/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Characters and what they remember; name a volume to keep them when the container is replaced.
VOLUME /var/lib/steno
EXPOSE 8000
# `docker stop` sends SIGTERM and waits 10 s, which is enough for the default of SHUTDOWN_TIMEOUT_MS; docs/operations.md says more.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["/steno/entrypoint.sh", "health"]
ENTRYPOINT ["/steno/entrypoint.sh"]
CMD ["serve"]
