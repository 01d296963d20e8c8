#!/bin/sh
# Unpacks the Debian packages with the programs that tests run: install.sh DIRECTORY
# It needs no root, except for `apt-get update` on a machine that has never run it. DIRECTORY/ready is created when all
# packages are unpacked. On systems other than Debian, the tests look for the programs on the PATH.
set -eu

into=$1
packages='nginx libpcre2-8-0 caddy libfaketime'

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo 'this is not Debian: tests of nginx, Caddy and clock changes are skipped unless the programs are installed' >&2
    exit 0
fi
rm -rf "$into" "$into.part"
mkdir -p "$into.part/packages"
cd "$into.part/packages"
download() {
    # Run by root, apt-get would download as the user _apt, who may be unable to write here.
    apt-get -qq -o APT::Sandbox::User="$(id -un)" download $packages
}
download 2>/dev/null || { apt-get -qq update && download; }
for package in *.deb; do
    dpkg-deb -x "$package" ..
done
cd ../..
rm -rf "${into##*/}.part/packages"
touch "${into##*/}.part/ready"
mv "${into##*/}.part" "${into##*/}"
