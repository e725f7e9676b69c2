#!/bin/sh
# OpenSSL's GOST engine, which shares no code with us, checks the certificates and CMS signatures that the testkit makes of
# Kazakhstan's GOST keys, and puts its own signatures into the same documents for the sign-in's verifier to judge. Keys are
# relabelled and signatures reversed on the way, since the engine does not know the national identifiers and byte order.
# Usage: tests/openssl/eds-oracle.sh   (needs cargo, openssl 3 and Debian's libengine-gost-openssl; run anywhere)
set -eu
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# The configuration is only for our calls: cargo may call an openssl of its own.
cp crates/gost/examples/speed/openssl.cnf "$out/openssl.cnf"
engine() { OPENSSL_CONF="$out/openssl.cnf" openssl "$@"; }
fail() {
    echo "FAILED: $*" >&2
    exit 1
}
engine engine -t gost >"$out/log" 2>&1 && grep -q available "$out/log" ||
    fail "openssl has no GOST engine (Debian: apt-get install libengine-gost-openssl)"

cargo build --quiet --locked -p kiru-testkit --example eds_oracle
examples=$(cargo metadata --format-version 1 --no-deps --locked | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/examples
ours() { "$examples/eds_oracle" "$@" >"$out/log" 2>&1; }

# Octets in reverse, and those of hexadecimal digits. printf's %b understands \0 and three octal digits.
reversed() { printf %b "$(od -An -v -to1 -w1 "$1" | tac | sed 's/^ */\\0/' | tr -d '\n')"; }
octets() { printf %b "$(echo "$1" | sed 's/../&\n/g' | sed '/^$/d' | while read -r hex; do printf '\\0%03o' "0x$hex"; done)"; }

# A key of the engine under the other country's identifiers.
kz='302306092a830e030a010102023016060a2a830e030a010102020106082a830e030a010303'
for name in centre person; do
    engine genpkey -algorithm gost2012_512 -pkeyopt paramset:A -out "$out/$name.pem"
    engine pkey -in "$out/$name.pem" -pubout -out "$out/$name.pub"
    { octets "306c020100${kz}04420440" && engine pkey -in "$out/$name.pem" -outform DER | tail -c 64; } >"$out/$name.p8"
done

# What is signed: the first element of a certificate; the signed attributes of a CMS, as a SET OF.
signed_in_certificate() { openssl asn1parse -inform DER -in "$1" -strparse 4 -noout -out "$out/signed"; }
signed_in_cms() {
    # the [0] of the SignerInfo is the last one
    at=$(openssl asn1parse -inform DER -in "$1" | grep 'cont \[ 0 \]' | tail -n 1)
    start=$(echo "$at" | sed 's/^ *\([0-9]*\):.*/\1/')
    length=$(($(echo "$at" | sed 's/.*hl=\([0-9]*\) *l= *\([0-9]*\) .*/\1 + \2/')))
    { octets 31 && tail -c "+$((start + 2))" "$1" | head -c "$((length - 1))"; } >"$out/signed"
}

# engine_accepts FILE KEY WHAT: the signature is the last 128 octets of either document, over $out/signed.
engine_accepts() {
    tail -c 128 "$1" >"$out/signature"
    reversed "$out/signature" >"$out/reversed"
    engine dgst -md_gost12_512 -verify "$out/$2.pub" -signature "$out/reversed" "$out/signed" >"$out/log" 2>&1 ||
        fail "the engine refuses $3"
    sed 's/[Kk]/x/' "$out/signed" >"$out/other"
    ! cmp -s "$out/signed" "$out/other" || echo x >>"$out/other"
    ! engine dgst -md_gost12_512 -verify "$out/$2.pub" -signature "$out/reversed" "$out/other" >"$out/log" 2>&1 ||
        fail "the engine accepts other octets under $3"
    echo "ok: the engine accepts $3"
}

# engine_signs FILE KEY: the engine's signature takes the place of ours.
engine_signs() {
    engine dgst -md_gost12_512 -sign "$out/$2.pem" -out "$out/signature" "$out/signed"
    { head -c -128 "$1" && reversed "$out/signature"; } >"$out/patched"
    ! cmp -s "$1" "$out/patched" || fail "the engine signs as we do"
    mv "$out/patched" "$1"
}

ours certificates "$out" "$out/centre.p8" "$out/person.p8" || fail "we make no certificates"
signed_in_certificate "$out/centre.der"
engine_accepts "$out/centre.der" centre "our certificate of a centre"
engine_signs "$out/centre.der" centre
signed_in_certificate "$out/person.der"
engine_accepts "$out/person.der" centre "our certificate of a person"
engine_signs "$out/person.der" centre

ours cms "$out" "$out/person.p8" || fail "we make no CMS"
ours verify "$out" || fail "we refuse certificates that the engine signed: $(cat "$out/log")"
echo "ok: we accept the engine's certificates"
signed_in_cms "$out/attached.der"
engine_accepts "$out/attached.der" person "our CMS"
engine_signs "$out/attached.der" person
ours verify "$out" || fail "we refuse a CMS that the engine signed: $(cat "$out/log")"
echo "ok: we accept the engine's CMS"

# The engine's own byte order, and the signature of another key.
cp "$out/attached.der" "$out/good.der"
{ head -c -128 "$out/good.der" && cat "$out/signature"; } >"$out/attached.der"
! ours verify "$out" || fail "we accept Russia's byte order"
grep -q E_SIGNATURE "$out/log" || fail "Russia's byte order is refused as: $(cat "$out/log")"
cp "$out/good.der" "$out/attached.der"
engine_signs "$out/attached.der" centre
! ours verify "$out" || fail "we accept the signature of another key"
grep -q E_SIGNATURE "$out/log" || fail "another key is refused as: $(cat "$out/log")"
echo "ok: we refuse the other byte order and another key"
