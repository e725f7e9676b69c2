/* Times OpenSSL's GOST engine: `engine KEY.pem LENGTH ROUNDS OPERATIONS` prints the nanoseconds of the fastest verification
 * and of the fastest signing of a digest of LENGTH octets; `engine engine` only says by its exit code whether the engine is
 * there. The declarations stand here so that no headers need be installed. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct evp_pkey_st EVP_PKEY;
typedef struct evp_pkey_ctx_st EVP_PKEY_CTX;
typedef struct engine_st ENGINE;
int OPENSSL_init_crypto(uint64_t options, const void *settings);
ENGINE *ENGINE_by_id(const char *id);
EVP_PKEY *PEM_read_PrivateKey(FILE *file, EVP_PKEY **key, void *password, void *argument);
EVP_PKEY_CTX *EVP_PKEY_CTX_new(EVP_PKEY *key, ENGINE *engine);
int EVP_PKEY_sign_init(EVP_PKEY_CTX *ctx);
int EVP_PKEY_sign(EVP_PKEY_CTX *ctx, unsigned char *sig, size_t *siglen, const unsigned char *tbs, size_t tbslen);
int EVP_PKEY_verify_init(EVP_PKEY_CTX *ctx);
int EVP_PKEY_verify(EVP_PKEY_CTX *ctx, const unsigned char *sig, size_t siglen, const unsigned char *tbs, size_t tbslen);

enum { LOAD_CONFIG = 0x40 };

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int main(int argc, char **argv)
{
    OPENSSL_init_crypto(LOAD_CONFIG, NULL);
    if (argc == 2)
        return ENGINE_by_id("gost") == NULL;
    if (argc != 5)
        return 2;
    FILE *file = fopen(argv[1], "r");
    EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
    if (key == NULL)
        return 3;
    unsigned char digest[64], signature[128];
    size_t digest_len = strtoul(argv[2], NULL, 10), signature_len = sizeof signature;
    if (digest_len > sizeof digest)
        return 2;
    long rounds = strtol(argv[3], NULL, 10), operations = strtol(argv[4], NULL, 10);
    for (size_t i = 0; i < sizeof digest; i++)
        digest[i] = (unsigned char)(i * 37 + 1);
    EVP_PKEY_CTX *sign = EVP_PKEY_CTX_new(key, NULL), *verify = EVP_PKEY_CTX_new(key, NULL);
    if (EVP_PKEY_sign_init(sign) != 1 || EVP_PKEY_verify_init(verify) != 1)
        return 4;
    int64_t best_sign = INT64_MAX, best_verify = INT64_MAX;
    for (long round = 0; round < rounds; round++) {
        int64_t start = now();
        for (long i = 0; i < operations; i++) {
            signature_len = sizeof signature;
            if (EVP_PKEY_sign(sign, signature, &signature_len, digest, digest_len) != 1)
                return 5;
        }
        int64_t middle = now();
        for (long i = 0; i < operations; i++)
            if (EVP_PKEY_verify(verify, signature, signature_len, digest, digest_len) != 1)
                return 6;
        int64_t end = now();
        best_sign = middle - start < best_sign ? middle - start : best_sign;
        best_verify = end - middle < best_verify ? end - middle : best_verify;
    }
    printf("%lld %lld\n", (long long)(best_verify / operations), (long long)(best_sign / operations));
    return 0;
}
