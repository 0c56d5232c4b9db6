#!/bin/sh
# Real clients against a service of its own: `make clients`. What is not there (node, php) is said and left out.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${TIZA_CLIENTS:-$here/.work}
port=${TIZA_CLIENTS_PORT:-8732}
mkdir -p "$work"
[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q openai langchain-openai litellm ollama llm
if command -v npm >/dev/null; then
    cp "$here/package.json" "$here/libraries.mjs" "$work/"
    (cd "$work" && npm install --silent --no-fund --no-audit)
else
    echo "npm is not installed: the libraries of npm are left out."
fi
TIZA_HOME=$work/home "$here/../../.venv/bin/tiza" serve --port "$port" 2>"$work/log" &
service=$!
trap 'kill $service' EXIT
until curl -sf "http://127.0.0.1:$port/readyz" >/dev/null; do sleep 1; done
failed=0
"$work/venv/bin/python" "$here/libraries.py" "http://127.0.0.1:$port" 2>"$work/errors" || failed=1
if command -v npm >/dev/null; then (cd "$work" && node libraries.mjs "http://127.0.0.1:$port") || failed=1; fi
if command -v php >/dev/null; then
    php "$here/replay.php" "http://127.0.0.1:$port" || failed=1
else
    echo "php is not installed: its curl is left out."
fi
exit $failed
