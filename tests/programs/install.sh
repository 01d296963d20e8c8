#!/bin/sh
# Unpacks the Debian packages whose programs tests run below a directory: install.sh DIRECTORY
# It needs no root, but for `apt-get update` where this machine has never run it. DIRECTORY/ready is made when nothing
# is missing; elsewhere than on Debian the tests look for the programs on the PATH.
set -eu

into=$1
packages='nginx libpcre2-8-0 caddy libfaketime'

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    echo 'this is no Debian: tests of nginx, Caddy and of clocks that jump are skipped unless these are installed' >&2
    exit 0
fi
rm -rf "$into" "$into.part"
mkdir -p "$into.part/packages"
cd "$into.part/packages"
download() {
    # Root cannot hand the files to the user _apt in a folder of its own.
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
