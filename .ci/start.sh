#!/bin/sh
# Sets everything up and opens the window; where there is no screen, does what can be done there.
#
#   sh .ci/start.sh [ARGUMENT...]     the arguments of desktop-app
set -eu
cd "$(dirname -- "$0")/.."

sh .ci/packages.sh require python window
sh .ci/venv.sh window

if [ "$(uname -s)" != Linux ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec .venv/bin/desktop-app "$@"
fi

export QT_QPA_PLATFORM=offscreen
case ${1:-} in
'' | --mode* | --server* | --deadline* | --conditions* | --profile-dir* | --log-level*) ;;
*)
    # A sub-command (`serve`, `accounts list`, `compare --json FILE`), --help or --version: no window is asked for.
    echo 'There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): nothing will be shown in a window.' >&2
    exec .venv/bin/desktop-app "$@"
    ;;
esac
echo 'There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set), so both modes are compared off screen instead of opening a window.'
if [ $# -gt 0 ]; then echo "(Not used, as they are for the window: $*)" >&2; fi
status=0
.venv/bin/desktop-app compare --pictures pictures || status=$?
if [ "$status" = 0 ]; then echo "The pictures lie in $(pwd)/pictures"; fi
exit "$status"
