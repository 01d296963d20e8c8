#!/usr/bin/env bash
# Installs Heliograph, starts `heliograph dev` in the background, and sets its variables for the next steps.
# Reads VERSION, SEED, PORT and ARGS, the inputs of action.yml.
set -euo pipefail

folder=${RUNNER_TEMP:?RUNNER_TEMP is set by GitHub}/heliograph
log=$folder/server.log
mkdir -p "$folder/bin"
: > "$log"

fail() {
    echo "::error::$1"
    cat "$log"
    exit 1
}

python=$(command -v python3 || command -v python) || fail "Python 3.11 or newer is needed: add actions/setup-python"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Python 3.11 or newer is needed, and this is $("$python" --version): add actions/setup-python"

package="heliograph[server]"
case ${VERSION:-} in
    "") ;;
    *://*) package="$package @ $VERSION" ;;
    *) package="$package==${VERSION#v}" ;;
esac
if command -v uv > /dev/null; then
    UV_TOOL_DIR=$folder/tools UV_TOOL_BIN_DIR=$folder/bin uv tool install --force --python "$python" "$package"
elif command -v pipx > /dev/null; then
    PIPX_HOME=$folder/tools PIPX_BIN_DIR=$folder/bin pipx install --force --python "$python" "$package"
else
    fail "uv or pipx is needed to install Heliograph"
fi
export PATH=$folder/bin:$PATH
echo "$folder/bin" >> "$GITHUB_PATH"

read -r -a options <<< "${ARGS:-}"
[ -z "${SEED:-}" ] || options+=(--seed "$SEED")
# `options` may be empty, which older versions of bash take for an unset variable.
nohup heliograph dev --port "${PORT:-8080}" ${options[@]+"${options[@]}"} > "$log" 2>&1 < /dev/null &
server=$!
echo "$server" > "$folder/pid"

# The server says where it listens. Another one may have the port, and answer in its place.
until url=$(sed -n 's/.* listening at \(http[^ ]*\).*/\1/p' "$log") && [ -n "$url" ]; do
    kill -0 "$server" 2> /dev/null || fail "heliograph dev did not start"
    sleep 0.1
done
heliograph wait --url "$url" --timeout 30 || fail "heliograph dev is not ready"
heliograph env --url "$url" --format github
echo "Heliograph serves a sandbox at $url"
