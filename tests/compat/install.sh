#!/bin/sh
# Installs the official clients, unmodified, below a directory: install.sh DIRECTORY PYTHON
# Keeps what is already installed. Creates DIRECTORY/ready when nothing is missing.
set -eu

here=$(dirname "$0")
into=$1
python=$2
mkdir -p "$into"

for release in 14.4.0 16.0.1 17.0.1; do
    target=$into/py-$release
    [ -d "$target" ] && continue
    rm -rf "$target.part"
    "$python" -m pip install --quiet --disable-pip-version-check --constraint "$here/constraints.txt" \
        --target "$target.part" "sunshine-conversations-client==$release"
    mv "$target.part" "$target"
done

if [ ! -d "$into/js" ]; then
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        echo "node or npm is missing: the JavaScript client is not installed, and its tests are skipped" >&2
        exit 0
    fi
    rm -rf "$into/js.part"
    mkdir "$into/js.part"
    npm install --prefix "$into/js.part" --no-audit --no-fund --ignore-scripts --no-package-lock --no-save \
        --loglevel=error sunshine-conversations-client@14.1.0
    mv "$into/js.part" "$into/js"
fi
touch "$into/ready"
