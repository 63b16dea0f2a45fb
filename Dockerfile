# docker build -t steno . && docker run -p 8000:8000 steno

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        libcurl4-openssl-dev libpocketsphinx-dev libsoxr-dev libssl-dev libwebrtc-audio-processing-dev pkg-config zlib1g-dev \
    && apt-get clean && rm -rf /var/lib/apt/lists/*
# Debian builds sphinxbase's shared library for microphones too, with PulseAudio, X11 and LAPACK behind it. Its static
# library needs none of them here; without the links to the shared ones, the linker takes the static ones.
RUN cd /usr/lib/*-linux-gnu && rm libpocketsphinx.so libsphinxbase.so libwebrtc_audio_processing.so
WORKDIR /source
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
# The cache keeps the compiled dependencies when only the sources have changed.
RUN --mount=type=cache,target=/source/.build \
    swift build -c release --product steno --static-swift-stdlib \
    && strip -o /usr/local/bin/steno .build/release/steno

FROM debian:bookworm-slim AS model
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ca-certificates curl unzip \
    && apt-get clean && rm -rf /var/lib/apt/lists/*
COPY scripts/fetch-silero ./
COPY models /models
# Does nothing when setup has put the file into the folder. Without the file the server says so, and uses WebRTC's detector.
RUN ./fetch-silero /models || true

FROM debian:bookworm-slim
# --build-arg FFMPEG=1 adds ffmpeg, for files that are not WAV; with what Debian's depends on it is 480 MB.
ARG FFMPEG=
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates libcurl4 libsoxr0 libssl3 libstdc++6 pocketsphinx-en-us ${FFMPEG:+ffmpeg} \
    && apt-get clean && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home steno
WORKDIR /steno
COPY --from=build /usr/local/bin/steno bin/
COPY --from=model /models models
COPY LICENSE entrypoint.sh test.wav ./
USER steno
ENV HOST=0.0.0.0 PATH=/steno/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["/steno/entrypoint.sh", "health"]
ENTRYPOINT ["/steno/entrypoint.sh"]
CMD ["serve"]
