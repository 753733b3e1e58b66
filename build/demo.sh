#!/bin/sh
# Derains the bundled samples into out/, says what was done, and opens the window on them where somebody can see it.
# What is there already is left alone, so that a second run takes seconds; remove out/ to see it done again.
set -eu
cd "$(dirname "$0")/.."

set -- resources/samples/*.jpg resources/samples/*.mp4
.venv/bin/rainapp derain "$@" -o out --if-exists skip

echo
echo "The rain was taken out of $# bundled samples. Before and after:"
for sample in "$@"; do
    name=$(basename "$sample")
    echo "  $sample  ->  out/${name%.*}_derained.${name##*.}"
done

# A window needs a display, and a person at a terminal to close it.
if [ ! -t 1 ] || [ -n "${CI:-}" ]; then
    echo "No terminal here, so no window was opened. To open it: .venv/bin/rainapp"
elif [ "$(uname -s)" != Darwin ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    echo "No display here, so no window was opened. To open it on a desktop: .venv/bin/rainapp"
else
    # On copies, because the window saves results beside their source.
    mkdir -p out/rainy
    cp "$@" out/rainy/
    echo "Opening the window on them (close it to come back)."
    exec .venv/bin/rainapp out/rainy/*
fi
