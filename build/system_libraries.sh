#!/bin/sh
# Installs the system libraries that Qt opens on Linux, where they are missing.
#
# Looks first (shared library names, a few milliseconds, no network), so a second run changes nothing. On Debian and Ubuntu the
# packages come from apt-get, as root or through sudo; elsewhere the names of what is missing are printed.
set -eu

[ "$(uname -s)" = Linux ] || exit 0

# One line each: what the loader looks for, then the Debian package that has it.
needed='
libEGL.so.1 libegl1
libGL.so.1 libgl1
libOpenGL.so.0 libopengl0
libglib-2.0.so.0 libglib2.0-0
libgthread-2.0.so.0 libglib2.0-0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libfreetype.so.6 libfreetype6
libgssapi_krb5.so.2 libgssapi-krb5-2
libxkbcommon.so.0 libxkbcommon0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libX11.so.6 libx11-6
libX11-xcb.so.1 libx11-xcb1
libxcb.so.1 libxcb1
libxcb-cursor.so.0 libxcb-cursor0
libxcb-glx.so.0 libxcb-glx0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render.so.0 libxcb-render0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-shm.so.0 libxcb-shm0
libxcb-sync.so.1 libxcb-sync1
libxcb-util.so.1 libxcb-util1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xkb.so.1 libxcb-xkb1
libwayland-client.so.0 libwayland-client0
libwayland-cursor.so.0 libwayland-cursor0
libwayland-egl.so.1 libwayland-egl1
'

say() { printf '%s\n' "$*" >&2; }

known=$( (ldconfig -p || /sbin/ldconfig -p) 2>/dev/null || true)
packages=''
names=''
while read -r name package; do
    [ -n "$name" ] || continue
    case "$known" in
        *"$name "*) continue ;;
    esac
    names="$names $name"
    case " $packages " in
        *" $package "*) ;;
        *) packages="$packages $package" ;;
    esac
done <<END
$needed
END

# Without a single font Qt draws no text, and says so on every start.
if [ -z "$(find /usr/share/fonts /usr/local/share/fonts "${HOME:-/}/.local/share/fonts" \
    \( -name '*.ttf' -o -name '*.otf' -o -name '*.ttc' \) -print 2>/dev/null | head -n 1)" ]; then
    names="$names (a-TrueType-font)"
    packages="$packages fonts-dejavu-core"
fi

[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    say "rainapp's window needs system libraries that are missing here:$names."
    say "Install them with this system's package manager; on Debian their packages are called$packages."
    exit 0 # the command line works without them, so this is no reason to stop
fi

as_root=''
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        say "System libraries are missing and there is no sudo. As root, run: apt-get install$packages"
        exit 1
    fi
    as_root='sudo'
fi

say "Installing the system libraries Qt needs:$packages"
# shellcheck disable=SC2086  # the lists are words on purpose
if ! { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null; }; then
    say "apt-get could not install them. Is the network there? By hand: apt-get install$packages"
    exit 1
fi
