#!/bin/sh
# Makes .venv and installs Tiza with pinned dependencies. Called by make; says what is missing before any long step.
set -eu

fail() { printf '%s\n' "$1" >&2; exit 1; }

command -v "$PYTHON" >/dev/null 2>&1 ||
    fail "Tiza needs Python 3.11 or newer, and '$PYTHON' was not found: install it, or name it with make PYTHON=..."
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "Tiza needs Python 3.11 or newer, and $("$PYTHON" --version) is older: install a newer one, or name it with make PYTHON=..."
"$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "Python's venv module is missing: install it (on Debian and Ubuntu: apt install python3-venv)."
for tool in "${CC:-cc}" "${CXX:-c++}"; do
    command -v "$tool" >/dev/null 2>&1 ||
        fail "A C and C++ compiler is needed to build the model runtime, and '$tool' was not found (Debian, Ubuntu: apt install build-essential; macOS: xcode-select --install)."
done

# ggml's AMX path crashes when GCC 12 builds it; other x86 code paths are as fast for a small model.
case "$(uname -m)" in
x86_64 | amd64)
    if printf 'int main(void){return 0;}\n' | "${CC:-cc}" -mno-amx-tile -mno-amx-int8 -mno-amx-bf16 -x c - -o /dev/null 2>/dev/null; then
        export CFLAGS="${CFLAGS:-} -mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
        export CXXFLAGS="${CXXFLAGS:-} -mno-amx-tile -mno-amx-int8 -mno-amx-bf16"
    fi
    ;;
esac
# The runtime's image and audio tools are not used: leaving them out halves the build.
export CMAKE_ARGS="${CMAKE_ARGS:-} -DMTMD_BUILD=OFF -DLLAVA_BUILD=OFF -DLLAMA_BUILD_TOOLS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_TESTS=OFF"
# Its generator runs two jobs or as many as there are cores.
export CMAKE_BUILD_PARALLEL_LEVEL="${CMAKE_BUILD_PARALLEL_LEVEL:-$(getconf _NPROCESSORS_ONLN)}"

[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
pip() { "$VENV/bin/python" -m pip --disable-pip-version-check "$@"; }

pip install --quiet --upgrade "pip==26.3"
echo "Installing PyTorch (1 of 3) ..."
if [ -n "$TORCH_INDEX" ]; then
    pip install --quiet --constraint constraints.txt --index-url "$TORCH_INDEX" torch
else
    pip install --quiet --constraint constraints.txt torch
fi
echo "Building the model runtime, which takes a few minutes (2 of 3) ..."
pip install --quiet --constraint constraints.txt llama-cpp-python
echo "Installing everything else (3 of 3) ..."
pip install --quiet --constraint constraints.txt --editable . --group dev
