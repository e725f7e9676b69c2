#!/bin/sh
# The imitation of the national centre, made anew with other names and other keys by the script that made the kept one: every
# certificate, list, answer and signature of it is judged as its manifest says, so that nothing is known by heart.
# Usage: tests/openssl/remade-centre.sh FOLDER   (FOLDER has make_fake_nca.py; needs cargo, openssl and python3)
set -eu
maker=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
fail() {
    echo "FAILED: $*" >&2
    exit 1
}
# The whole workspace, so that nothing is compiled with other features than the tests were.
judged() { KIRU_FAKE_CENTRE=$1 cargo test --quiet --locked --workspace --lib -- eds::tests eds::ocsp::tests >"$out/log" 2>&1; }

# Keys come of a seed, except those of RSA, which are new each time.
cp "$maker"/*.py "$out/"
sed -i 's/FAKE NCA /ANOTHER CENTRE /; s/ FAKE"/ ANOTHER"/g; s/СЕРІКОВ/АХМЕТОВ/g; s/ОМАРОВА/ЖҮНІСОВА/g; s/ТЕСТ-ҚҰРЫЛЫС/БАСҚА-ҚҰРЫЛЫС/g' "$out/make_fake_nca.py"
python3 "$out/make_fake_nca.py" "$out/centre" >"$out/log" 2>&1 || { cat "$out/log" >&2 && fail 'nothing was made'; }
for kept in crates/federation/vectors/fake/ca/*.cer; do
    ! cmp -s "$kept" "$out/centre/ca/${kept##*/}" || fail "${kept##*/} is the kept one"
done
judged "$out/centre" || { cat "$out/log" >&2 && fail 'a vector of the remade centre is not judged as its manifest says'; }
grep '^test result: ok. [1-9]' "$out/log" | head -n 1

# The test can fail: a good signature in the place of a bad one is noticed.
cp "$out/centre/cms/attached_ok.der" "$out/centre/cms/attached_ess_mismatch.der"
! judged "$out/centre" || fail 'a manifest that is wrong was believed'
echo 'ok: a centre with other names and keys'
