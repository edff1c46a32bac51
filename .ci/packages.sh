#!/bin/sh
# The system's packages that this program needs, on Debian and its descendants: finds out which of them are
# missing and installs those, as root or with a sudo that asks for no password.
#
#   sh .ci/packages.sh [require SET...] [try SET...]
#
# The sets are `window`, `x11-tests` and `python` (see below). Where it may not install, it prints the one command
# that does; it stops with 1 if a required package is missing, and goes on if only tried ones are. On a system
# without apt and dpkg it does nothing. Nothing is downloaded when nothing is missing.
set -eu
cd "$(dirname -- "$0")/.."

# What the Qt 6.8 to 6.12 of PySide6-Essentials links to (objdump -p) and does not bring along. The C and C++
# libraries, zlib and zstd are left out: apt and dpkg themselves need them.
#
#   libQt6Core and libQt6DBus:        libglib2.0-0 (`libglib2.0-0t64` since Debian 13), libdbus-1-3
#   libQt6Gui, with every platform:   libegl1 libgl1 libfontconfig1 libfreetype6 libx11-6 libxkbcommon0
#   platform xcb (X11):               libx11-xcb1 libxkbcommon-x11-0, libxcb*
#   platform wayland:                 libwayland-*
#   a font, if the machine has none:  without one, every text is blank
window='
    libglib2.0-0 libdbus-1-3
    libegl1 libgl1 libfontconfig1 libfreetype6 libx11-6 libxkbcommon0
    libx11-xcb1 libxkbcommon-x11-0 libxcb1 libxcb-cursor0 libxcb-glx0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1
    libxcb-randr0 libxcb-render-util0 libxcb-render0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1
    libxcb-xfixes0 libxcb-xkb1
    libwayland-client0 libwayland-cursor0 libwayland-egl1
    fonts-dejavu-core'

# Tests that open a real window start an X server and a window manager of their own, press its keys and read its
# properties (xprop is in x11-utils).
x11_tests='xvfb openbox xdotool x11-utils'
x11_tests_lost='the tests that open a real X11 window will be skipped'

say() { printf '%s\n' "$*" >&2; }

# Fedora or macOS may have a dpkg too, but there it has not installed itself.
if ! command -v apt-get >/dev/null || ! dpkg-query -W dpkg >/dev/null 2>&1; then
    exit 0
fi

has_font() {
    for directory in /usr/share/fonts /usr/local/share/fonts "${HOME:-/nonexistent}/.local/share/fonts" \
        "${HOME:-/nonexistent}/.fonts"; do
        if [ -d "$directory" ] &&
            [ -n "$(find -L "$directory" -name '*.[ot]t[fc]' -print -quit 2>/dev/null)" ]; then
            return 0
        fi
    done
    return 1
}

# missing PACKAGE... prints those that are neither installed nor provided by an installed package (so that
# libglib2.0-0t64 stands for libglib2.0-0), for this machine's own architecture.
missing() {
    dpkg-query -W -f '${db:Status-Status}|${Architecture}|${Package}|${Provides}\n' |
        awk -F '|' -v native="$(dpkg --print-architecture)" -v wanted="$*" '
            $1 == "installed" && ($2 == native || $2 == "all") {
                there[$3]
                gsub(/\([^)]*\)/, "", $4)
                count = split($4, provided, /[ ,]+/)
                for (i = 1; i <= count; i++) there[provided[i]]
            }
            END {
                count = split(wanted, names, / +/)
                for (i = 1; i <= count; i++)
                    if (names[i] != "" && !(names[i] in there)) printf "%s ", names[i]
            }'
}

required=
tried=
mode=require
for word in "$@"; do
    case $word in
    require | try) mode=$word && continue ;;
    python) names=$(sh .ci/venv.sh package) ;;
    window)
        names=$window
        if has_font; then names=${names%fonts-dejavu-core}; fi
        ;;
    x11-tests) names=$x11_tests ;;
    *) say "packages.sh: no set is called '$word'" && exit 2 ;;
    esac
    if [ "$mode" = require ]; then required="$required $names"; else tried="$tried $names"; fi
done
# Lists of package names are meant to be split into words, here and below.
# shellcheck disable=SC2086
required=$(missing $required)
# shellcheck disable=SC2086
tried=$(missing $tried)
[ -n "$required$tried" ] || exit 0

install='apt-get install -y --no-install-recommends'
if [ "$(id -u)" = 0 ]; then
    as_root='env'
    command="apt-get update && $install ${required}${tried}"
elif command -v sudo >/dev/null; then
    as_root='sudo -n env'
    command="sudo apt-get update && sudo $install ${required}${tried}"
else
    as_root=
    command="apt-get update && $install ${required}${tried}"
fi
command=${command% }

if [ -n "$as_root" ] && { [ "$as_root" = env ] || sudo -n true 2>/dev/null; }; then
    apt() { $as_root DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" </dev/null; }
    say "Installing system packages: ${required}${tried}"
    # A list that could not be fetched need not matter: what matters is whether the packages can be installed.
    apt update || say 'The lists of packages could not all be brought up to date; going on with those that are here.'
    # shellcheck disable=SC2086
    if [ -n "$required" ] && ! apt install -y --no-install-recommends $required; then
        say "apt could not install: $required"
        say 'See its messages above. Is this machine offline, or another installation running? The command was:'
        say "  $command"
        exit 1
    fi
    # shellcheck disable=SC2086
    if [ -n "$tried" ] && ! apt install -y --no-install-recommends $tried; then
        say "apt could not install: $tried"
        say "Going on without: $x11_tests_lost."
    fi
    exit 0
fi

if [ -n "$required" ]; then
    say 'System packages are missing, and installing them needs root. Run this, then the same make again:'
else
    say "Not installed, as that needs root: ${tried% }; $x11_tests_lost. To have them run:"
fi
say
if [ -n "$as_root" ]; then say "  $command"; else say "  su -c '$command'"; fi
say
[ -z "$required" ]
