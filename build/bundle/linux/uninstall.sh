#!/bin/sh
# Takes rainapp away. Settings, models and results stay: they are yours.
set -eu

prefix="@PREFIX@"
id=@ID@
rm -f "$prefix/bin/rainapp" "$prefix/share/applications/$id.desktop" "$prefix/share/metainfo/$id.metainfo.xml"
rm -f "$prefix"/share/icons/hicolor/*/apps/"$id".*
rm -rf "$prefix/lib/rainapp"
if command -v update-desktop-database >/dev/null 2>&1; then
    update-desktop-database -q "$prefix/share/applications" || true
fi
echo "rainapp was taken away from $prefix."
