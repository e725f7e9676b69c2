#!/bin/sh
# OpenSSL's GOST engine, which shares no code with us, verifies what crates/gost signs, and the reverse, on every curve that
# both know. For Kazakhstan's suite, whose identifiers the engine does not know, keys are relabelled and signatures reversed.
# Usage: tests/openssl/gost-oracle.sh   (needs cargo, openssl 3 and Debian's libengine-gost-openssl; run anywhere)
set -eu
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# The configuration is only for our calls: cargo may call an openssl of its own.
cp crates/gost/examples/speed/openssl.cnf "$out/openssl.cnf"
engine() { OPENSSL_CONF="$out/openssl.cnf" openssl "$@"; }
engine engine -t gost >"$out/log" 2>&1 && grep -q available "$out/log" || {
    echo "FAILED: openssl has no GOST engine (Debian: apt-get install libengine-gost-openssl)" >&2
    exit 1
}

cargo build --quiet --locked -p kiru-gost --example sign --example verify
examples=$(cargo metadata --format-version 1 --no-deps --locked | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug/examples
ours_sign() { "$examples/sign" "$@" >"$out/log"; }
ours_verify() { "$examples/verify" "$@" >"$out/log"; }

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# Octets in reverse. printf's %b understands \0 and three octal digits.
reversed() { printf %b "$(od -An -v -to1 -w1 "$1" | tac | sed 's/^ */\\0/' | tr -d '\n')"; }
octets() { printf %b "$(echo "$1" | sed 's/../&\n/g' | sed '/^$/d' | while read -r hex; do printf '\\0%03o' "0x$hex"; done)"; }

head -c 5000 crates/gost/README.md >"$out/message"
sed 's/GOST/COST/' "$out/message" >"$out/tampered"

# both_ways NAME DIGEST PRIVATE PUBLIC OUR_PRIVATE OUR_PUBLIC CONVERT: CONVERT turns a signature of one side into the other's.
both_ways() {
    name=$1 digest=$2 private=$3 public=$4 our_private=$5 our_public=$6 convert=$7
    engine dgst "-$digest" -sign "$private" -out "$out/engine.sig" "$out/message"
    $convert "$out/engine.sig" >"$out/converted.sig"
    ours_verify "$our_public" "$out/message" "$out/converted.sig" || fail "$name: we refuse the engine's signature"
    ! ours_verify "$our_public" "$out/tampered" "$out/converted.sig" || fail "$name: we accept another message"

    ours_sign "$our_private" "$out/message" "$out/ours.sig"
    $convert "$out/ours.sig" >"$out/converted.sig"
    engine dgst "-$digest" -verify "$public" -signature "$out/converted.sig" "$out/message" >"$out/log" 2>&1 ||
        fail "$name: the engine refuses our signature"
    ! engine dgst "-$digest" -verify "$public" -signature "$out/converted.sig" "$out/tampered" >"$out/log" 2>&1 ||
        fail "$name: the engine accepts another message"
    echo "ok: $name"
}

russian() { # ALGORITHM DIGEST PARAMETER_SETS…
    algorithm=$1 digest=$2
    shift 2
    for set in "$@"; do
        engine genpkey -algorithm "$algorithm" -pkeyopt "paramset:$set" -out "$out/key.pem"
        engine pkey -in "$out/key.pem" -pubout -out "$out/pub.pem"
        both_ways "$algorithm, parameter set $set" "$digest" \
            "$out/key.pem" "$out/pub.pem" "$out/key.pem" "$out/pub.pem" cat
    done
}

russian gost2012_256 md_gost12_256 A B C XA XB TCA TCB TCC TCD
russian gost2012_512 md_gost12_512 A B C
russian gost2001 md_gost94 A B C XA XB

# Kazakhstan, 512 bit: the same numbers under the other country's identifiers.
kz='302306092a830e030a010102023016060a2a830e030a010102020106082a830e030a010303'
ru='302106082a85030701010102301506092a850307010201020106082a85030701010203'
engine genpkey -algorithm gost2012_512 -pkeyopt paramset:A -out "$out/key.pem"
engine pkey -in "$out/key.pem" -pubout -out "$out/pub.pem"
engine pkey -in "$out/key.pem" -outform DER | tail -c 64 >"$out/d"
engine pkey -in "$out/key.pem" -pubout -outform DER | tail -c 128 >"$out/xy"
{ octets "306c020100${kz}04420440" && cat "$out/d"; } >"$out/kz.p8"
{ octets "3081ac${kz}03818400048180" && cat "$out/xy"; } >"$out/kz.spki"
both_ways "Kazakhstan's suite of 512 bit" md_gost12_512 \
    "$out/key.pem" "$out/pub.pem" "$out/kz.p8" "$out/kz.spki" reversed

# A real certificate of Kazakhstan's centre under the key of its root: relabelled for the engine, as it is for us.
vectors=crates/gost/vectors/kz
openssl asn1parse -inform DER -in $vectors/nca_gost_2022.cer -strparse 4 -noout -out "$out/tbs"
tail -c 128 $vectors/nca_gost_2022.cer >"$out/real.sig"
reversed "$out/real.sig" >"$out/converted.sig"
# The first BIT STRING of a certificate is its key: one octet of unused bits, three of the OCTET STRING inside, x‖y.
start=$(openssl asn1parse -inform DER -in $vectors/root_gost_2022.cer |
    sed -n 's/^ *\([0-9]*\):d=[0-9]* *hl=\([0-9]*\).*BIT STRING.*/\1 + \2 + 5/p' | head -n 1)
tail -c "+$(($start))" $vectors/root_gost_2022.cer | head -c 128 >"$out/xy"
{ octets "3081ac${kz}03818400048180" && cat "$out/xy"; } >"$out/root-kz.spki"
{ octets "3081aa${ru}03818400048180" && cat "$out/xy"; } >"$out/root-ru.spki"
engine pkey -pubin -inform DER -in "$out/root-ru.spki" -pubout -out "$out/root.pem"
ours_verify "$out/root-kz.spki" "$out/tbs" "$out/real.sig" || fail "we refuse a real certificate"
engine dgst -md_gost12_512 -verify "$out/root.pem" -signature "$out/converted.sig" "$out/tbs" >"$out/log" 2>&1 ||
    fail "the engine refuses a real certificate"
echo "ok: a real certificate of Kazakhstan's centre"
