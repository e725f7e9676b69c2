#!/bin/sh
# OpenSSL, which shares no code with us, verifies what the software signer signs, its certificates and its revocation lists.
# Usage: tests/openssl/verify-signer-cms.sh   (needs cargo and openssl 3; run anywhere in the repository)
set -eu
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

cargo run --quiet --locked -p kiru-testkit --example sign_challenge -- "$out"

verify() {
    # -purpose any: OpenSSL's own purposes know nothing of the centre's roles.
    openssl cms -verify -binary -purpose any -CAfile "$out/authorities.pem" "$@" 2>"$out/log"
}

verify -inform DER -in "$out/attached.der" -out "$out/content"
cmp "$out/challenge.txt" "$out/content"
echo "ok: the attached signature verifies and carries the challenge"

verify -inform PEM -in "$out/attached.pem" -out "$out/content"
cmp "$out/challenge.txt" "$out/content"
echo "ok: the armoured signature verifies"

verify -inform DER -in "$out/attached.der" -cades -out /dev/null
echo "ok: the signing certificate attribute names the signer (CAdES)"

verify -inform DER -in "$out/detached.der" -content "$out/challenge.txt" -out /dev/null
echo "ok: the detached signature verifies over the challenge"

if verify -inform DER -in "$out/tampered.der" -out /dev/null; then
    echo "FAILED: a signature over something else verifies" >&2
    exit 1
fi
echo "ok: a signature over something else is refused"

cat "$out/nca.crl.pem" "$out/root.crl.pem" >"$out/lists.pem"
openssl verify -x509_strict -crl_check_all -CAfile "$out/authorities.pem" -CRLfile "$out/lists.pem" "$out/signer.pem" >"$out/log"
echo "ok: certificate, authorities and revocation lists pass the strict checks"
