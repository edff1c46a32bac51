#!/bin/sh
# Makes .venv and installs this program into it, with the extras asked for; does nothing when that is done already.
#
#   sh .ci/venv.sh [window] [test] [check] [bench]   `window`: also make sure that Qt can be loaded
#   sh .ci/venv.sh package                   only print the Debian package without which it cannot be made, if any
#
# PYTHON chooses the Python; without it an existing .venv is kept, and a new one is made with the first of
# python3, python3.13, python3.12 and python3.11 that fits. What was installed is kept in .venv/.installed*: the
# text of pyproject.toml, the Python and the place. Where one of these has changed, it is installed again.
set -eu
cd "$(dirname -- "$0")/.."
here=$(pwd -P)

say() { printf '%s\n' "$*" >&2; }

# about PYTHON prints its version and where it really lies, the same from inside and outside a .venv.
about() {
    "$1" -E -S -c 'import os, sys
print("%d.%d %s" % (sys.version_info[:2] + (os.path.realpath(getattr(sys, "_base_executable", sys.executable)),)))
' 2>/dev/null </dev/null
}

# As `requires-python` in pyproject.toml.
fits() { case $1 in '3.11 '* | '3.12 '* | '3.13 '*) return 0 ;; *) return 1 ;; esac }

# choose sets `python` to a command that is Python 3.11 to 3.13, and `python_is` to what is known of it.
choose() {
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3 python3.13 python3.12 python3.11; fi
    seen=
    for python in "$@"; do
        if python_is=$(about "$python") && [ -n "$python_is" ]; then
            if fits "$python_is"; then return 0; fi
            seen="$seen, $python is ${python_is%% *}"
        else
            seen="$seen, $python does not start"
        fi
    done
    say "This needs Python 3.11, 3.12 or 3.13; ${seen#, }."
    say "Install one of them, or name it: make ... PYTHON=/path/to/python3.12"
    return 1
}

# venv_fits tells whether the .venv that is there can be kept, and sets `venv_is`.
venv_fits() {
    venv_is=$(about .venv/bin/python) && fits "$venv_is" || return 1
    if [ -f .venv/.place ]; then
        # The scripts in it name the place where they were made.
        [ "$(cat .venv/.place)" = "$here" ] || return 1
    else
        # Not finished, or made by hand, perhaps by a tool that puts no pip into it.
        .venv/bin/python -m pip --version >/dev/null 2>&1 || return 1
    fi
    if [ -n "${PYTHON:-}" ]; then
        choose || exit 1
        [ "$python_is" = "$venv_is" ] || return 1
    fi
}

if [ "${1:-}" = package ]; then
    if ! venv_fits && choose && ! "$python" -c 'import ensurepip, venv' 2>/dev/null &&
        ! "$python" -m pip --version >/dev/null 2>&1; then
        case ${python_is#* } in /usr/bin/*) echo "python${python_is%% *}-venv" ;; esac
    fi
    exit 0
fi

make_venv() {
    choose || exit 1
    say "Making .venv with Python ${python_is%% *} (${python_is#* })"
    if "$python" -c 'import ensurepip' 2>/dev/null; then
        "$python" -m venv --clear .venv
    elif "$python" -m pip --version >/dev/null 2>&1; then
        # Debian's Python has its ensurepip in a package of its own; a pip that is there can stand in for it.
        "$python" -m venv --clear --without-pip .venv &&
            "$python" -m pip --python .venv/bin/python install --disable-pip-version-check -q pip
    else
        say "${python_is#* } has neither ensurepip nor pip. On Debian and Ubuntu they are in python${python_is%% *}-venv:"
        say "  sudo apt-get update && sudo apt-get install -y python${python_is%% *}-venv"
        return 1
    fi
    venv_is=$(about .venv/bin/python)
}

if ! venv_fits; then
    make_venv || { say 'The .venv could not be made.' && exit 1; }
fi
[ -f .venv/.place ] || printf '%s' "$here" >.venv/.place

window=
extras=
for word in "$@"; do
    case $word in
    window) window=yes ;;
    test | check | bench) extras="$extras $word" ;;
    *) say "venv.sh: unknown word '$word'" && exit 2 ;;
    esac
done

state() { printf '%s\n%s\n' "$venv_is" "$here" && cat pyproject.toml; }
done_already() { state | cmp -s - ".venv/.installed$1"; }

missing=
[ -x .venv/bin/desktop-app ] && done_already '' || missing=program
for extra in $extras; do
    done_already "-$extra" || missing="$missing $extra"
done

if [ -n "$missing" ]; then
    wanted=$(printf '%s' "${extras# }" | tr ' ' ',')
    say "Installing the program and what it needs into .venv${wanted:+ (with extras: $wanted)}; the first time takes a while"
    rm -f .venv/.installed .venv/.qt-loads
    for extra in $extras; do rm -f ".venv/.installed-$extra"; done
    if ! .venv/bin/python -m pip install --disable-pip-version-check --no-input -e ".${wanted:+[$wanted]}" </dev/null; then
        say 'Installing did not succeed; see the messages of pip above. Nothing is lost: the next make tries again.'
        exit 1
    fi
    state >.venv/.installed
    for extra in $extras; do state >".venv/.installed-$extra"; done
fi

if [ -n "$window" ] && [ ! -f .venv/.qt-loads ]; then
    if ! problem=$(.venv/bin/python -c 'import PySide6.QtSvg, PySide6.QtWidgets' 2>&1); then
        say "Qt does not load: $(printf '%s\n' "$problem" | tail -n 1)"
        say 'Install the package of this system that holds the library named there, then the same make again.'
        exit 1
    fi
    : >.venv/.qt-loads
fi
