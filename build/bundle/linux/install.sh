#!/bin/sh
# Installs rainapp for you alone, or for everybody:
#
#   ./install.sh                 into ~/.local
#   sudo ./install.sh /usr/local for everybody
#
# ~/.local/lib/rainapp/uninstall.sh takes it away again. Settings, models and results are left alone by both.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
prefix=${1:-$HOME/.local}
case "$prefix" in /*) ;; *) prefix=$(pwd)/$prefix ;; esac
id=@ID@
target=$prefix/lib/rainapp

if [ -e "$target" ] && [ ! -e "$target/uninstall.sh" ]; then
    echo "$target is there and is not ours; nothing was changed." >&2
    exit 1
fi
if [ -e "$target/uninstall.sh" ]; then
    sh "$target/uninstall.sh"
fi

mkdir -p "$prefix/lib" "$prefix/bin" "$prefix/share/applications" "$prefix/share/metainfo"
cp -R "$here/app" "$target"
ln -sf "$target/rainapp" "$prefix/bin/rainapp"
# The whole path, because a desktop does not always look into the bin folder of a person.
sed -e "s|^Exec=rainapp|Exec=\"$target/rainapp\"|" -e "s|^TryExec=rainapp|TryExec=$target/rainapp|" \
    "$here/share/applications/$id.desktop" >"$prefix/share/applications/$id.desktop"
cp "$here/share/metainfo/$id.metainfo.xml" "$prefix/share/metainfo/"
for icon in "$here"/share/icons/hicolor/*/apps/"$id".*; do
    folder=$prefix/${icon#"$here"/}
    mkdir -p "$(dirname "$folder")"
    cp "$icon" "$folder"
done

sed -e "s|@PREFIX@|$prefix|" "$here/uninstall.sh" >"$target/uninstall.sh"
chmod 755 "$target/uninstall.sh"
for tell in "update-desktop-database -q $prefix/share/applications" "gtk-update-icon-cache -q -t $prefix/share/icons/hicolor"; do
    if command -v "${tell%% *}" >/dev/null 2>&1; then $tell || true; fi
done
echo "rainapp is installed: it is in the menu, and $prefix/bin/rainapp starts it."
echo "To take it away: $target/uninstall.sh"
