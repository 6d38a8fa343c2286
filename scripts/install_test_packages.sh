#!/usr/bin/env bash
# Debian packages that the tests run for real: PostgreSQL, chromium with Chinese fonts, Go with the note and tlog packages.
set -euo pipefail
missing=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium)
fc-list 2>/dev/null | grep -qi 'noto.*cjk' || missing+=(fonts-noto-cjk fontconfig)
command -v go >/dev/null || test -x /usr/lib/go/bin/go || missing+=(golang-go)
test -d /usr/share/gocode/src/golang.org/x/mod/sumdb/tlog || missing+=(golang-golang-x-mod-dev)
if [ ${#missing[@]} -gt 0 ]; then
  sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
  echo "installing ${missing[*]}"
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
fi
