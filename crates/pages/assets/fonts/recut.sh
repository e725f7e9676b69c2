#!/bin/sh
# Cuts the three subsets of Onest again. Needs npm and Python 3; fetches one npm and two PyPI packages by name into a
# temporary folder. Same versions, same bytes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent @fontsource-variable/onest@5.3.1 >/dev/null
tar xzf fontsource-variable-onest-5.3.1.tgz
python3 -m venv tools
tools/bin/pip -q install fonttools==4.68.0 brotli==1.2.1

export SOURCE_DATE_EPOCH=1700000000
cut() { # name of the subset, packaged source, characters
    tools/bin/fonttools varLib.instancer -q --no-recalc-timestamp "package/files/onest-$2-wght-normal.woff2" wght=400:700 -o "$1.ttf"
    tools/bin/pyftsubset "$1.ttf" --unicodes="$3" --layout-features=kern,liga,calt,ccmp,locl,mark,mkmk,tnum \
        --flavor=woff2 --no-recalc-timestamp --desubroutinize --drop-tables+=DSIG --output-file="$here/onest-$1.woff2"
}
cut latin latin "U+0020-007E,U+00A0,U+00AB,U+00B7,U+00BB,U+2013,U+2014,U+2018,U+2019,U+201C,U+201D,U+2022,U+2026"
cut cyrillic cyrillic "U+0401,U+0406,U+0410-044F,U+0451,U+0456,U+04B0,U+04B1,U+2116"
cut kazakh cyrillic-ext "U+0492,U+0493,U+049A,U+049B,U+04A2,U+04A3,U+04AE,U+04AF,U+04BA,U+04BB,U+04D8,U+04D9,U+04E8,U+04E9"
cp package/LICENSE "$here/OFL.txt"
ls -l "$here"/*.woff2
